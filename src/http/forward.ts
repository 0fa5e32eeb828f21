/** Passes requests on to another thread of this process, and its replies back. */
import {
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  request as send,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { discardRest, hasArrived } from './lingering-close.ts'
import { exemptFromTimeout } from './timeout-exemption.ts'

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request only reads. */
export const isSafe = ({ method = '' }: IncomingMessage): boolean => SAFE.has(method)

/** Headers of a single connection (RFC 9110, section 7.6.1). */
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade'])

/** Opens a connection to the other thread, on behalf of a client. */
export type ConnectThread = (remoteAddress: string | undefined) => Duplex

/**
 * The listener that answers requests by the HTTP server of another thread, each over a connection of its own. Bodies and
 * replies are passed on as they arrive; a client that has gone ends the connection, and so the other way round.
 */
export function forwardTo(connect: ConnectThread): RequestListener {
  return (request, response) => {
    const { headers, socket } = request
    const connection = connect(socket.remoteAddress)
    response.once('close', () => connection.destroy())
    const forwarded = begin(request, connection)
    // Not even its head can be sent on; as far as is known, Node's server takes no such request.
    if (!forwarded) return void response.destroy()
    if (!isJson(headers['content-type'])) exemptFromTimeout(request, response)
    forwarded.on('response', (reply) => {
      passOn(reply, response)
      reply.once('end', async () => {
        request.unpipe(forwarded)
        if (!hasArrived(request)) {
          exemptFromTimeout(request, response)
          await discardRest(request, response)
        }
        response.end()
      })
    })
    forwarded.on('error', () => response.destroy())
    if (!expects(request)) request.pipe(forwarded)
    else forwarded.once('continue', () => request.pipe(forwarded))
    // A body that is here by now is sent with the headers; they do not wait for one that comes later.
    setImmediate(() => {
      if (!request.complete) forwarded.flushHeaders()
    })
  }
}

/** Begins to send a request on; undefined if Node's client refuses a character in it. */
function begin(request: IncomingMessage, connection: Duplex): ClientRequest | undefined {
  const { method, url } = request
  try {
    return send({ method, path: url, headers: requestHeaders(request), createConnection: () => connection })
  } catch {
    return undefined
  }
}

function passOn(reply: IncomingMessage, response: ServerResponse): void {
  // Of the headers of the connection only that it ends with this reply.
  if (reply.headers.connection === 'close') response.shouldKeepAlive = false
  response.writeHead(reply.statusCode ?? 500, withoutConnection(reply.rawHeaders, 'transfer-encoding'))
  // The first part of a reply that is built while it is sent may come late.
  if (reply.headers['content-length'] === undefined) response.flushHeaders()
  reply.on('aborted', () => response.destroy())
  reply.pipe(response, { end: false })
}

/** The headers as they came, and such that the other side neither ends the connection nor sees a body where there is none. */
function requestHeaders(request: IncomingMessage): string[] {
  const { rawHeaders, headers, method = '' } = request
  const passed = withoutConnection(rawHeaders, expects(request) ? undefined : 'expect')
  passed.push('connection', 'keep-alive')
  const hasLength = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
  if (!hasLength && method !== 'DELETE') passed.push('content-length', '0')
  // HTTP/1.0 has none.
  if (headers.host === undefined) passed.push('host', '')
  return passed
}

/** Whether a client expects something before it sends the body; HTTP/1.0 has no expectations (RFC 9110, section 10.1.1). */
const expects = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.expect !== undefined && httpVersion !== '1.0'

/** Names and values in turn. */
function withoutConnection(rawHeaders: string[], other?: string): string[] {
  const passed: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (!OF_CONNECTION.has(name) && name !== other) passed.push(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  }
  return passed
}

/** What is no JSON is processed while it arrives, which may take long. */
const isJson = (type = 'application/json'): boolean => /^application\/([\w.-]+\+)?json\b/i.test(type)
