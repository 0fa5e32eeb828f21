/** HTTP servers with their limits of time, of pipelined requests and of load. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Admission } from './admission.ts'
import { inTurn } from './in-turn.ts'
import { continueWhenRead } from './lingering-close.ts'
import type { Shortcut } from './shortcut.ts'
import { refuseExpectation, requireHost } from './unmet-requests.ts'

/** Time limits, in milliseconds. */
interface Timeouts {
  keepAliveTimeout: number
  /** For the headers of a request to arrive. */
  headersTimeout: number
  /** For a whole request to arrive. */
  requestTimeout: number
  /** How often these two are checked. */
  connectionsCheckingInterval: number
  /**
   * For a connection on which nothing is sent or received, unless it is the client that waits. A client that does not
   * read its reply has between once and twice this time.
   */
  connectionTimeout: number
}

/** Creates HTTP servers. Requests are taken by `guard`, and answered by `before` where it can. */
export const serverFactory =
  (timeouts: Timeouts, { guard }: Pick<Admission, 'guard'>, { before }: Pick<Shortcut, 'before'>) =>
  (listener: RequestListener): Server => {
    const { connectionTimeout, ...options } = timeouts
    const { listener: handler, isAnswering } = inTurn(guard(requireHost(before(listener))), connectionTimeout)
    const server = createServer({ ...options, requireHostHeader: false }, handler)
    // All headers that fit into a head: Node drops those beyond the 2000th, so that a body could be there without its length.
    server.maxHeadersCount = 0
    server.setTimeout(connectionTimeout, (socket: Socket) => {
      if (isAnswering(socket)) socket.setTimeout(connectionTimeout)
      else socket.destroy()
    })
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      continueWhenRead(request, response)
      handler(request, response)
    })
    server.on('checkExpectation', refuseExpectation)
    return server
  }
