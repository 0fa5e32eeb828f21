/** Alternative formats of a resource, chosen by `Accept` (RFC 9110, section 12.5.1). */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import type * as z from 'zod'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The schemas of the formats that the route offers beside its JSON, by content type. */
    alternativeFormats?: Record<string, z.ZodType>
  }
}

/** Formats of a resource that a client may prefer to its JSON. */
export interface AlternativeFormats {
  /** Their schemas, by content type. */
  schemas: Record<string, z.ZodType>
  /** Sends the resource with this id or slug in the format that the request prefers; false, with nothing sent, for JSON. */
  send(request: FastifyRequest, reply: FastifyReply, reference: string): Promise<boolean>
}

const JSON_TYPE = 'application/json'

/**
 * The content type that `Accept` prefers to JSON; undefined for JSON, which is also sent if `Accept` lists none of the
 * formats. A header that names none of them, the usual case, is not parsed.
 */
export function preferredFormat(
  headers: IncomingHttpHeaders,
  formats: Record<string, z.ZodType> | undefined,
): string | undefined {
  const { accept: sent } = headers
  if (formats === undefined || sent === undefined || sent === '*/*' || sent === JSON_TYPE) return undefined
  const accept = sent.toLowerCase()
  const types = Object.keys(formats)
  if (!types.some((type) => accept.includes(type))) return undefined
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes([JSON_TYPE, ...types])
  return best === JSON_TYPE ? undefined : best
}
