import * as z from 'zod'

const types = new WeakMap<object, string>()

/** Marks the schema of a reply as having this content type instead of JSON: the reply is sent as text, not serialized. */
export function withMediaType<T extends z.ZodType>(schema: T, type: string): T {
  types.set(schema, type)
  return schema
}

/** The schema of a reply that is text of this content type. */
export const mediaTypeText = (type: string, description: string): z.ZodString =>
  withMediaType(z.string().meta({ description }), type)

/** The content type that the schema of a reply is marked with; undefined for JSON. */
export const mediaTypeOf = (schema: object): string | undefined => types.get(schema)
