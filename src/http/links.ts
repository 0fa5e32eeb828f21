import type { FastifyReply } from 'fastify'

/** Adds links (RFC 8288) to those that a reply has. */
export function addLinks(reply: FastifyReply, links: string[]): void {
  const before = reply.getHeader('link')
  const all = before === undefined ? links : [String(before), ...links]
  if (all.length > 0) reply.header('link', all.join(', '))
}
