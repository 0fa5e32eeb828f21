/** Replies that a handler sends itself, past the serializer of its route, and when they end. */
import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

declare const sent: unique symbol

/**
 * The result of a handler whose reply is sent already. `ZodTypes` accepts it from every route beside what the response
 * schema describes, so that text which is serialized already needs no cast.
 */
export interface Sent {
  readonly [sent]: true
}

/** Marks a reply on which `send` or `redirect` was called as the result of its handler. */
export const asSent = (reply: FastifyReply): Sent => reply as unknown as Sent

/** Sends text that is JSON already. The status and the other headers are those set on the reply before. */
export const sendJson = (reply: FastifyReply, json: string): Sent =>
  sendBody(reply.header('content-type', 'application/json; charset=utf-8'), json)

/** Sends a body as it is, under the content type that the reply has or that its route declares. */
export const sendBody = (reply: FastifyReply, body: string | Buffer | Readable): Sent => asSent(reply.send(body))

/** Answers 204 without a body. */
export const sendNoContent = (reply: FastifyReply): Sent => asSent(reply.code(204).send(null))

/** Answers 308 (RFC 9110, section 15.4.9) with the present address of the resource. */
export const sendPermanentRedirect = (reply: FastifyReply, location: string): Sent =>
  asSent(reply.redirect(location, 308))

/** Calls `listener` once the reply has been sent or its client has gone: at once if that was before. */
export function onceClosed({ raw }: FastifyReply, listener: () => void): void {
  if (raw.destroyed) listener()
  else raw.once('close', listener)
}
