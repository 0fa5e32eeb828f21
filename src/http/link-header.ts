import type { FastifyReply } from 'fastify'

/** How long `Link` may get, in characters: clients and proxies take some 4 kB for all headers of a reply together. */
const MOST_CHARACTERS = 1_200

/** The value of `Link` (RFC 8288): those of the links that have room, the first before the others. */
export function linkHeader(links: string[]): string {
  let value = ''
  for (const link of links) {
    const longer = value === '' ? link : `${value}, ${link}`
    if (longer.length <= MOST_CHARACTERS) value = longer
  }
  return value
}

/** Adds links (RFC 8288) to those that a reply has, as far as they have room. */
export function addLinks(reply: FastifyReply, links: string[]): void {
  const before = reply.getHeader('link')
  const value = linkHeader(before === undefined ? links : [String(before), ...links])
  if (value !== '') reply.header('link', value)
}
