/** Other forms of a resource, chosen by `Accept` (RFC 9110, section 12.5.1). */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import type * as z from 'zod'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Shapes in which the route answers beside its JSON, by content type. */
    otherForms?: Record<string, z.ZodType>
  }
}

/** Other forms of a resource, which a reader may prefer to its JSON. */
export interface OtherForms {
  /** Their shapes, by content type. */
  shapes: Record<string, z.ZodType>
  /** Sends the one that the request prefers of what an id or a slug names; false, and nothing is sent, if that is JSON. */
  send(request: FastifyRequest, reply: FastifyReply, reference: string): Promise<boolean>
}

const JSON_TYPE = 'application/json'

/**
 * The other form that a request prefers to JSON; undefined for JSON, which whoever accepts nothing of what there is gets
 * too. The usual requests name none of the other forms, and cost a look through a short text.
 */
export function preferredForm(
  headers: IncomingHttpHeaders,
  forms: Record<string, z.ZodType> | undefined,
): string | undefined {
  const { accept } = headers
  if (forms === undefined || accept === undefined || accept === '*/*' || accept === JSON_TYPE) return undefined
  const types = Object.keys(forms)
  if (!types.some((type) => accept.includes(type))) return undefined
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes([JSON_TYPE, ...types])
  return best === JSON_TYPE ? undefined : best
}
