import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** How often it is looked whether all requests are answered, in milliseconds. */
const STEP = 20

export interface Connections {
  /**
   * Takes no new connection, waits until no request is in flight, `deadline` milliseconds at most, and ends all
   * connections. Until then those there are stay open, so that who asks again is told that the service is stopping.
   */
  drain(deadline: number): Promise<void>
  /** Stops watching. */
  forget(): void
}

/**
 * Watches the connections to every HTTP server of this process: for `localhost` Fastify listens with one for each
 * family of addresses, and gives away only the first. A server's own `close` ends no connection that has asked nothing
 * yet, and cuts off a reply that is still on its way.
 */
export function watchConnections(): Connections {
  /** The last reply begun on each connection; earlier ones were sent before it. */
  const replies = new Map<Socket, ServerResponse | undefined>()
  let draining = false

  const connected = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    if (draining) return void socket.destroy()
    replies.set(socket, undefined)
    socket.once('close', () => replies.delete(socket))
  }
  const asked = (message: unknown) => {
    const { socket, response } = message as { socket: Socket; response: ServerResponse }
    if (!socket.destroyed) replies.set(socket, response)
  }
  subscribe('net.server.socket', connected)
  subscribe('http.server.request.start', asked)

  const inFlight = () => [...replies.values()].some((reply) => reply && !reply.writableFinished)
  return {
    async drain(deadline) {
      draining = true
      for (const end = Date.now() + deadline; inFlight() && Date.now() < end; ) await pause(STEP)
      for (const socket of replies.keys()) socket.destroy()
    },
    forget() {
      unsubscribe('net.server.socket', connected)
      unsubscribe('http.server.request.start', asked)
    },
  }
}
