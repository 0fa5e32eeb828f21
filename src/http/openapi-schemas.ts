/** zod shapes as JSON Schema, as the OpenAPI document has them. */
import * as z from 'zod'

export type Json = Record<string, unknown>

/**
 * Gives the function that turns a shape into JSON Schema. The named shapes in it go into `components`, once each; throws
 * for two shapes of one name.
 */
export const schemasInto =
  (components: Map<string, Json>) =>
  (shape: z.ZodType, io: 'input' | 'output'): Json => {
    const {
      $schema,
      $defs = {},
      ...json
    } = z.toJSONSchema(shape, { io, unrepresentable: 'any', override: retouch }) as Json
    for (const [name, definition] of Object.entries($defs as Record<string, Json>)) {
      const component = tidy(definition) as Json
      const before = components.get(name)
      if (before && JSON.stringify(before) !== JSON.stringify(component))
        throw new Error(`two shapes are named ${name}, or it differs between requests and replies`)
      components.set(name, component)
    }
    return tidy(json) as Json
  }

interface Override {
  zodSchema: z.core.$ZodTypes
  jsonSchema: z.core.JSONSchema.BaseSchema
}

/** zod leaves out the examples of what it transforms, and writes down the bounds of exact integers. */
function retouch({ zodSchema, jsonSchema }: Override): void {
  const { examples } = z.globalRegistry.get(zodSchema) ?? {}
  if (Array.isArray(examples)) jsonSchema.examples = examples
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  // Parameters are texts: what their meta says they are, they are once they are parsed.
  if (jsonSchema.type === 'array' || jsonSchema.type === 'boolean')
    for (const keyword of ['enum', 'minLength', 'maxLength', 'pattern'] as const) delete jsonSchema[keyword]
  const { def } = zodSchema._zod
  if (def.type === 'union' && 'discriminator' in def) discriminate(jsonSchema, def as z.core.$ZodDiscriminatedUnionDef)
}

/** Says which member tells the branches of a union apart, and which values of it stand for which named shape. */
function discriminate(json: z.core.JSONSchema.BaseSchema, def: z.core.$ZodDiscriminatedUnionDef): void {
  const mapping = def.options.flatMap((option) => {
    const { id } = z.globalRegistry.get(option) ?? {}
    const values = option._zod.propValues?.[def.discriminator] ?? new Set()
    return [...values].map((value) => [String(value), `#/components/schemas/${String(id)}`])
  })
  json.discriminator = { propertyName: def.discriminator, mapping: Object.fromEntries(mapping) }
}

/** References to the components; a nullable type as an array of types. */
function tidy(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(tidy)
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).map(([key, value]) => [
    key,
    key === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : tidy(value),
  ])
  return nullable(Object.fromEntries(entries) as Json)
}

/** Enumerations stay apart from null: generators of strict types take none among their values. */
function nullable(json: Json): Json {
  const [one, none] = (json.anyOf ?? []) as Json[]
  const isNullable = (json.anyOf as Json[] | undefined)?.length === 2 && none?.type === 'null'
  if (!isNullable || typeof one?.type !== 'string' || one.enum) return json
  const { anyOf, ...rest } = json
  return { ...one, ...rest, type: [one.type, 'null'] }
}
