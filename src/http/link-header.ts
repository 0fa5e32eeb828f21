import type { FastifyReply } from 'fastify'

/** Longest `Link`, in characters: some clients and proxies accept only 4 kB for all headers of a reply together. */
const MAX_LENGTH = 1_100

/** The value of `Link` (RFC 8288): the links in their order; one that does not fit is left out. */
export function linkHeader(links: string[]): string {
  let value = ''
  for (const link of links) {
    const longer = value === '' ? link : `${value}, ${link}`
    if (longer.length <= MAX_LENGTH) value = longer
  }
  return value
}

/** Adds links (RFC 8288) to the `Link` header of a reply, as far as they fit. */
export function addLinks(reply: FastifyReply, links: string[]): void {
  const before = reply.getHeader('link')
  const value = linkHeader(before === undefined ? links : [String(before), ...links])
  if (value !== '') reply.header('link', value)
}
