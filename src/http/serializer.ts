/** Serializes replies as JSON by functions that are compiled from their zod schemas. */
import fastJsonStringify from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'
import * as z from 'zod'
import { getOrCreate } from '../lib/cache.ts'

type Serializer = (reply: unknown) => string

/** The compiled functions: many routes reply with the same schema. */
const compiled = new WeakMap<z.ZodType, Serializer>()

/**
 * The function that writes values of the schema as JSON. Members that the schema does not name are left out. It is
 * compiled once for a schema.
 */
export const serializerOf = (schema: z.ZodType): Serializer => getOrCreate(compiled, schema, () => compile(schema))

/**
 * Serializes the replies of a route. The function is compiled at the first reply, so that the service starts fast: most
 * routes are seldom called.
 */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> =
  ({ schema }) =>
  (reply) =>
    serializerOf(schema)(reply)

function compile(schema: z.ZodType): Serializer {
  const options = { target: 'openapi-3.0', io: 'output', unrepresentable: 'any' } as const
  const { definitions = {}, ...json } = z.toJSONSchema(schema, options) as { definitions?: Record<string, Json> }
  const known = { definitions: serializerSchema(definitions, definitions) }
  return fastJsonStringify({ ...(serializerSchema(json, definitions) as object), ...known } as Parameters<
    typeof fastJsonStringify
  >[0])
}

type Json = Record<string, unknown>

/**
 * Adapts a JSON Schema for fast-json-stringify: without `additionalProperties: false`, which costs time; without
 * `required`, since `fields` leaves out members; with a `type` beside `nullable`; a union of objects as one object with
 * the members of all; and other unions as any value, since the serializer would try each of their branches.
 */
function serializerSchema(json: unknown, definitions: Record<string, Json>): unknown {
  if (Array.isArray(json)) return json.map((one) => serializerSchema(one, definitions))
  if (typeof json !== 'object' || json === null) return json
  if ('anyOf' in json) return serializerSchema(merged(json.anyOf as Json[], definitions), definitions)
  if ('oneOf' in json) return {}
  const isUsed = ([key, value]: [string, unknown]) =>
    !(key === 'required' && Array.isArray(value)) && !(key === 'additionalProperties' && value === false)
  const entries = Object.entries(json).filter(isUsed)
  const adapted = Object.fromEntries(entries.map(([key, value]) => [key, serializerSchema(value, definitions)])) as Json
  if (adapted.nullable !== true || adapted.type !== undefined) return adapted
  const [{ $ref = '' } = {}] = (adapted.allOf ?? []) as { $ref?: string }[]
  return { ...adapted, type: definitions[$ref.replace('#/definitions/', '')]?.type ?? 'object' }
}

/** One object schema with the members of all; of equal names the last counts. Any value if one of them is no object. */
function merged(branches: Json[], definitions: Record<string, Json>): Json {
  const objects = branches.map(({ $ref, ...one }) =>
    typeof $ref === 'string' ? (definitions[$ref.replace('#/definitions/', '')] ?? {}) : one,
  )
  if (!objects.every(({ properties }) => properties !== undefined)) return {}
  return { type: 'object', properties: Object.assign({}, ...objects.map(({ properties }) => properties)) }
}
