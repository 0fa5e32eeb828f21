/**
 * Pipelined requests (RFC 9112, section 9.3.2) are handled one after the other, and a connection is not read on while
 * requests of it wait: else a client that sends many and reads no reply would fill the memory with replies.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface Exchange {
  request: IncomingMessage
  reply: ServerResponse
}

/** The last exchange that was begun on a connection, and those that wait for its end. */
interface Turn extends Exchange {
  waiting: Exchange[]
}

export interface Turns {
  /** Handles a request as soon as the reply before it on the same connection has been sent. */
  listener: RequestListener
  /** Whether a request on this connection has arrived and its reply has not begun: the client waits for the service. */
  isAnswering(socket: Socket): boolean
}

/** Handles the requests of each connection in turn, by `handler`. `timeout` is that of connections, in milliseconds. */
export function inTurn(handler: RequestListener, timeout: number): Turns {
  const turns = new WeakMap<Socket, Turn>()

  function next(socket: Socket, turn: Turn): void {
    const exchange = turn.waiting.shift()
    if (!exchange) return
    turn.request = exchange.request
    turn.reply = exchange.reply
    if (turn.waiting.length > 0) waitFor(socket, turn)
    else socket.off('data', ignore).resume()
    // After a reply Node waits longer, as for a next request.
    socket.setTimeout(timeout)
    if (!socket.destroyed) handler(exchange.request, exchange.reply)
  }

  function waitFor(socket: Socket, turn: Turn): void {
    turn.reply.once('close', () => next(socket, turn))
    // Node resumes reading with each reply, so this is needed each time.
    socket.pause()
  }

  return {
    listener(request, reply) {
      const { socket } = request
      const turn = turns.get(socket)
      if (turn === undefined) turns.set(socket, { request, reply, waiting: [] })
      else if (turn.waiting.length === 0 && turn.reply.writableFinished) {
        turn.request = request
        turn.reply = reply
      } else {
        turn.waiting.push({ request, reply })
        if (turn.waiting.length > 1) return void socket.pause()
        // The parser reads from the connection by itself until somebody listens to its data; only then it can be paused.
        socket.on('data', ignore)
        return waitFor(socket, turn)
      }
      handler(request, reply)
    },

    isAnswering(socket) {
      const turn = turns.get(socket)
      return turn?.request.complete === true && !turn.reply.headersSent
    },
  }
}

const ignore = () => {}
