/** Bodies that an operation takes in several content types, for the OpenAPI document. */
import * as z from 'zod'

const forms = new WeakMap<object, Record<string, z.ZodType>>()

/** The schema of a body that the route parses itself, by the schemas of its forms: one for each content type. */
export function bodyForms(byType: Record<string, z.ZodType>): z.ZodType {
  const schema = z.any()
  forms.set(schema, byType)
  return schema
}

/** The forms of a body by content type, if its schema is one of several forms. */
export const formsOf = (schema: object): Record<string, z.ZodType> | undefined => forms.get(schema)

/** The schema of a file, in a form or as a whole body. */
export const BinaryFile = z
  .string()
  .meta({ id: 'BinaryFile', format: 'binary', description: 'The bytes of a file.', examples: ['(bytes)'] })
