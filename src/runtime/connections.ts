import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** How often `drain` checks whether all requests are answered, in milliseconds. */
const POLL_INTERVAL = 20

export interface Connections {
  /**
   * Accepts no new connections, waits until no request is in flight, at most `timeout` milliseconds, and closes all
   * connections. Until then open connections stay open, so that further requests on them are answered with the problem
   * that the service is stopping.
   */
  drain(timeout: number): Promise<void>
  /** Unsubscribes from the servers. */
  stopWatching(): void
}

/**
 * Tracks the connections to every HTTP server of this process: for `localhost` Fastify listens with one server for each
 * address family, and exposes only the first. A server's own `close` does not close connections without a request, and
 * truncates a reply that is still being sent.
 */
export function watchConnections(): Connections {
  /** The last reply that was begun on each connection; earlier ones have been sent. */
  const replies = new Map<Socket, ServerResponse | undefined>()
  let draining = false

  const onConnection = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    if (draining) return void socket.destroy()
    replies.set(socket, undefined)
    socket.once('close', () => replies.delete(socket))
  }
  const onRequest = (message: unknown) => {
    const { socket, response } = message as { socket: Socket; response: ServerResponse }
    if (!socket.destroyed) replies.set(socket, response)
  }
  subscribe('net.server.socket', onConnection)
  subscribe('http.server.request.start', onRequest)

  const inFlight = () => [...replies.values()].some((reply) => reply && !reply.writableFinished)
  return {
    async drain(timeout) {
      draining = true
      for (const end = Date.now() + timeout; inFlight() && Date.now() < end; ) await pause(POLL_INTERVAL)
      for (const socket of replies.keys()) socket.destroy()
    },
    stopWatching() {
      unsubscribe('net.server.socket', onConnection)
      unsubscribe('http.server.request.start', onRequest)
    },
  }
}
