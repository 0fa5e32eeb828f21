/** Requests that Node would refuse without a body: they are answered with problems, too. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { problemJson } from './problems.ts'

/** A listener that refuses a request without `Host` (RFC 9112, section 3.2). */
export const requireHost =
  (listener: RequestListener): RequestListener =>
  (request, response) =>
    lacksHost(request) ? refuse(response, 'bad-request', 'the header Host is missing') : listener(request, response)

/** Refuses an expectation that is not met (RFC 9110, section 10.1.1). */
export function refuseExpectation({ headers }: IncomingMessage, response: ServerResponse): void {
  refuse(response, 'expectation-failed', `"Expect: ${headers.expect}" is not known; 100-continue is`)
}

/** HTTP/1.0 had no `Host`. */
const lacksHost = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.host === undefined && httpVersion === '1.1'

/** Answers with a problem, and closes the connection: a body that comes is not read. */
function refuse(response: ServerResponse, type: 'bad-request' | 'expectation-failed', detail: string): void {
  const problem = new Problem(type, detail)
  const id = newId()
  const body = problemJson(problem, id)
  response.writeHead(problem.status, {
    connection: 'close',
    'x-request-id': id,
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
