import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { Server, type Socket } from 'node:net'
import { setImmediate as nextEventLoopTurn, setTimeout as pause } from 'node:timers/promises'

/** How often `drain` checks whether all requests are answered, in milliseconds. */
const POLL_INTERVAL = 20
/** How long requests are held back before the servers stop listening, in milliseconds. */
const HOLD = 30
/** After so many turns of the event loop without a new connection none waits; and how many turns that may take. */
const [QUIET_TURNS, MAX_TURNS] = [3, 1_000]
/** How long `drain` waits for the first request on a connection, in milliseconds. */
const FIRST_REQUEST = 1_000

export interface Connections {
  /**
   * Goes on for `delay` milliseconds, in which load balancers notice that the service is not ready. Then it accepts no
   * new connections (`hold` holds requests back for that moment, and `release` ends it), waits until no request is in
   * flight, at most `timeout` milliseconds, and closes all connections. Until then requests on open connections are
   * answered.
   */
  drain(options: { delay: number; timeout: number; hold(): void; release(): void }): Promise<void>
  /** Unsubscribes from the servers. */
  stopWatching(): void
}

interface Connection {
  /** When it was opened. */
  since: number
  /** The last reply that was begun on it; earlier ones have been sent. */
  reply: ServerResponse | undefined
}

/**
 * Tracks the connections to every HTTP server of this process: for `localhost` Fastify listens with one server for each
 * address family, and exposes only the first. A server's own `close` destroys connections without a request, on which
 * one may be arriving, and truncates a reply that is still being sent.
 */
export function watchConnections(): Connections {
  const connections = new Map<Socket, Connection>()
  const servers = new Set<Server>()
  let accepted = 0

  const onConnection = (message: unknown) => {
    const { socket } = message as { socket: Socket & { server?: Server } }
    if (socket.server) servers.add(socket.server)
    accepted += 1
    connections.set(socket, { since: performance.now(), reply: undefined })
    socket.once('close', () => connections.delete(socket))
  }
  const onRequest = (message: unknown) => {
    const { socket, response } = message as { socket: Socket; response: ServerResponse }
    const connection = connections.get(socket)
    if (connection) connection.reply = response
  }
  subscribe('net.server.socket', onConnection)
  subscribe('http.server.request.start', onRequest)

  /** Resolves when the process has taken the connections that the system has: libuv takes one in a turn. */
  async function acceptWaiting(): Promise<void> {
    let quiet = 0
    for (let turn = 0; quiet < QUIET_TURNS && turn < MAX_TURNS; turn += 1) {
      const before = accepted
      await nextEventLoopTurn()
      quiet = accepted === before ? quiet + 1 : 0
    }
  }

  const isBusy = ({ since, reply }: Connection) =>
    reply ? !reply.writableFinished : performance.now() - since < FIRST_REQUEST
  return {
    async drain({ delay, timeout, hold, release }) {
      await pause(delay)
      // The system resets connections that it has taken and the process has not. So this is done while there is nothing
      // else to do, right after the event loop has accepted what there was.
      hold()
      await pause(HOLD)
      await acceptWaiting()
      for (const server of servers) Server.prototype.close.call(server)
      release()
      for (const end = performance.now() + timeout; [...connections.values()].some(isBusy); ) {
        if (performance.now() >= end) break
        await pause(POLL_INTERVAL)
      }
      for (const socket of connections.keys()) socket.destroy()
    },
    stopWatching() {
      unsubscribe('net.server.socket', onConnection)
      unsubscribe('http.server.request.start', onRequest)
    },
  }
}
