/** Replies as JSON, written by functions that are compiled from their zod shapes. */
import fastJsonStringify from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'
import * as z from 'zod'

/**
 * Serialises replies by a function made for their shape; only what the shape names goes out. It is made when it is first
 * needed: most of a service's routes are seldom called.
 */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  let serialise: ((reply: unknown) => string) | undefined
  return (reply) => {
    serialise ??= serialiserOf(schema)
    return serialise(reply)
  }
}

/** Gives the function that writes what has the shape as JSON, and nothing but what the shape names. */
export function serialiserOf(schema: z.ZodType): (reply: unknown) => string {
  const options = { target: 'openapi-3.0', io: 'output', unrepresentable: 'any' } as const
  const { definitions = {}, ...json } = z.toJSONSchema(schema, options) as { definitions?: Record<string, Json> }
  const known = { definitions: serialisable(definitions, definitions) }
  return fastJsonStringify({ ...(serialisable(json, definitions) as object), ...known } as Parameters<
    typeof fastJsonStringify
  >[0])
}

type Json = Record<string, unknown>

/**
 * A JSON Schema as the serialiser takes it: without `additionalProperties: false`, which it would check and no reader
 * needs; without `required`, since `fields` leaves out what is not wanted; with the type of what may be null said beside
 * `nullable`; with the members of all branches for a union of objects; and with other unions left open, since it would
 * try each of their branches.
 */
function serialisable(json: unknown, definitions: Record<string, Json>): unknown {
  if (Array.isArray(json)) return json.map((one) => serialisable(one, definitions))
  if (typeof json !== 'object' || json === null) return json
  if ('anyOf' in json) return serialisable(merged(json.anyOf as Json[], definitions), definitions)
  if ('oneOf' in json) return {}
  const kept = ([key, value]: [string, unknown]) =>
    !(key === 'required' && Array.isArray(value)) && !(key === 'additionalProperties' && value === false)
  const entries = Object.entries(json).filter(kept)
  const open = Object.fromEntries(entries.map(([key, value]) => [key, serialisable(value, definitions)])) as Json
  if (open.nullable !== true || open.type !== undefined) return open
  const [{ $ref = '' } = {}] = (open.allOf ?? []) as { $ref?: string }[]
  return { ...open, type: definitions[$ref.replace('#/definitions/', '')]?.type ?? 'object' }
}

/** One object with the members of all, the later ones in doubt; left open if any of them is no object. */
function merged(branches: Json[], definitions: Record<string, Json>): Json {
  const known = branches.map(({ $ref, ...one }) =>
    typeof $ref === 'string' ? (definitions[$ref.replace('#/definitions/', '')] ?? {}) : one,
  )
  if (!known.every(({ properties }) => properties !== undefined)) return {}
  return { type: 'object', properties: Object.assign({}, ...known.map(({ properties }) => properties)) }
}
