import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'

const patient = new WeakSet<Socket>()

/**
 * Lets the body of a request take longer to arrive than the server's limit for whole requests, as one does that is
 * worked off while it comes. A connection on which nothing moves is still ended by the limit for those.
 */
export function exemptFromTimeout(request: FastifyRequest, reply: FastifyReply): void {
  const { socket } = request.raw
  patient.add(socket)
  reply.raw.once('close', () => patient.delete(socket))
}

/** Whether what comes over this connection now may take its time. */
export const isExemptFromTimeout = (socket: Socket): boolean => patient.has(socket)
