import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'

const exempt = new WeakSet<Socket>()

/**
 * Exempts a request from the server's `requestTimeout`, for a body that is processed while it arrives. An idle connection is
 * still ended by `connectionTimeout`.
 */
export function exemptFromTimeout(request: FastifyRequest, reply: FastifyReply): void {
  const { socket } = request.raw
  exempt.add(socket)
  reply.raw.once('close', () => exempt.delete(socket))
}

/** Whether the present request on this connection is exempt from `requestTimeout`. */
export const isExemptFromTimeout = (socket: Socket): boolean => exempt.has(socket)
