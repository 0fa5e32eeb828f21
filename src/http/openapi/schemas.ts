/** Converts zod schemas to the JSON Schema of the OpenAPI document. */
import * as z from 'zod'
import { getOrCreate } from '../../lib/cache.ts'

export type Json = Record<string, unknown>

/** A zod schema as JSON Schema, with the named schemas in it. */
interface Converted {
  json: Json
  components: Map<string, Json>
}

/** What was converted before: routes share schemas, of requests as of replies. */
const converted = { input: new WeakMap<z.ZodType, Converted>(), output: new WeakMap<z.ZodType, Converted>() }

/**
 * Gives the function that converts a zod schema to JSON Schema. The named schemas in it are added to `components`, once
 * each; throws for two different schemas of one name.
 */
export const schemaCollector =
  (components: Map<string, Json>) =>
  (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const { json, components: found } = getOrCreate(converted[io], schema, () => convert(schema, io))
    for (const [name, component] of found) {
      const before = components.get(name)
      if (before && before !== component && JSON.stringify(before) !== JSON.stringify(component))
        throw new Error(`two schemas are named ${name}, or it differs between requests and replies`)
      components.set(name, component)
    }
    return structuredClone(json)
  }

function convert(schema: z.ZodType, io: 'input' | 'output'): Converted {
  const {
    $schema,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: complete }) as Json
  const definitions = Object.entries($defs as Record<string, Json>)
  const unnamed = new Map(definitions.filter(([name]) => UNNAMED.test(name)))
  const named = definitions.filter(([name]) => !UNNAMED.test(name))
  return {
    json: normalize(json, unnamed) as Json,
    components: new Map(named.map(([name, definition]) => [name, normalize(definition, unnamed) as Json])),
  }
}

/** What zod calls a schema without a name that stands in several places of a recursive one. */
const UNNAMED = /^__schema\d+$/

interface Override {
  zodSchema: z.core.$ZodTypes
  jsonSchema: z.core.JSONSchema.BaseSchema
}

/** Corrects what zod generates: it omits examples and defaults of transformed schemas, and adds the bounds of safe integers. */
function complete({ zodSchema, jsonSchema }: Override): void {
  const { examples, default: fallback } = z.globalRegistry.get(zodSchema) ?? {}
  if (Array.isArray(examples)) jsonSchema.examples = examples
  if (fallback !== undefined) jsonSchema.default = fallback as never
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  // A parameter is a string until it is parsed: the keywords of the string do not apply to the type that its meta declares.
  if (['array', 'boolean', 'integer'].includes(String(jsonSchema.type)))
    for (const keyword of ['enum', 'minLength', 'maxLength', 'pattern'] as const) delete jsonSchema[keyword]
  const { def } = zodSchema._zod
  if (def.type === 'union' && 'discriminator' in def)
    addDiscriminator(jsonSchema, def as z.core.$ZodDiscriminatedUnionDef)
}

/** Adds the discriminator of a union: its member, and the named schema for each of its values. */
function addDiscriminator(json: z.core.JSONSchema.BaseSchema, def: z.core.$ZodDiscriminatedUnionDef): void {
  const mapping = def.options.flatMap((option) => {
    const { id } = z.globalRegistry.get(option) ?? {}
    const values = option._zod.propValues?.[def.discriminator] ?? new Set()
    return [...values].map((value) => [String(value), `#/components/schemas/${String(id)}`])
  })
  json.discriminator = { propertyName: def.discriminator, mapping: Object.fromEntries(mapping) }
}

/** Points references to the components, inlines what has no name, and writes a nullable type as an array of types. */
function normalize(json: unknown, unnamed: Map<string, Json>): unknown {
  if (Array.isArray(json)) return json.map((member) => normalize(member, unnamed))
  if (typeof json !== 'object' || json === null) return json
  const { $ref, ...rest } = json as Json
  const inlined = unnamed.get(String($ref).replace('#/$defs/', ''))
  if (inlined) return normalize({ ...inlined, ...rest }, unnamed)
  const entries = Object.entries(json).map(([key, value]) => [
    key,
    key === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : normalize(value, unnamed),
  ])
  return nullable(Object.fromEntries(entries) as Json)
}

/** `anyOf` a type and null as an array of types. Not for enumerations: some code generators accept no null among their values. */
function nullable(json: Json): Json {
  const [one, other] = (json.anyOf ?? []) as Json[]
  const isNullable = (json.anyOf as Json[] | undefined)?.length === 2 && other?.type === 'null'
  if (!isNullable || typeof one?.type !== 'string' || one.enum) return json
  const { anyOf, ...rest } = json
  return { ...one, ...rest, type: [one.type, 'null'] }
}
