import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { continueWhenRead } from './lingering-close.ts'
import { problemJson } from './problems.ts'

/** Time limits, in milliseconds. */
interface Timeouts {
  keepAliveTimeout: number
  requestTimeout: number
  connectionTimeout: number
}

/**
 * Creates HTTP servers that answer what Node refuses without a body as problems, too: a request without `Host` (RFC 9112,
 * section 3.2), and an expectation that is not met (RFC 9110, section 10.1.1). `100-continue` is
 * sent when the body begins to be read.
 */
export const serverFactory =
  (timeouts: Timeouts) =>
  (handler: RequestListener): Server => {
    const { keepAliveTimeout, requestTimeout, connectionTimeout } = timeouts
    const checked: RequestListener = (request, response) =>
      lacksHost(request) ? refuse(response, 'bad-request', 'the header Host is missing') : handler(request, response)
    const server = createServer({ keepAliveTimeout, requestTimeout, requireHostHeader: false }, checked)
    server.setTimeout(connectionTimeout)
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      continueWhenRead(request, response)
      checked(request, response)
    })
    server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
      refuse(response, 'expectation-failed', `"Expect: ${headers.expect}" is not known; 100-continue is`)
    })
    return server
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
