import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const exempt = new WeakSet<Socket>()

/**
 * Exempts a request from the server's `requestTimeout`, for a body that is processed while it arrives. An idle connection is
 * still ended by `connectionTimeout`.
 */
export function exemptFromTimeout({ socket }: IncomingMessage, response: ServerResponse): void {
  exempt.add(socket)
  response.once('close', () => exempt.delete(socket))
}

/** Whether the present request on this connection is exempt from `requestTimeout`. */
export const isExemptFromTimeout = (socket: Socket): boolean => exempt.has(socket)
