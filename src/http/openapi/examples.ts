/** Examples for the OpenAPI document, composed from those of the parts. */
import type { Json } from './schemas.ts'

/**
 * Gives the function that composes an example of a JSON Schema: its own, or one of the examples of its members. Optional
 * members are left out, unless they have an example of their own. Throws for a string without an example; `where` names
 * its place in the error.
 */
export function examplesFrom(components: Map<string, Json>) {
  function exampleOf(schema: Json, where: string): unknown {
    const { $ref, examples, type, anyOf, oneOf } = schema
    if (Array.isArray(examples)) return examples[0]
    if (typeof $ref === 'string') {
      const name = $ref.slice('#/components/schemas/'.length)
      return exampleOf(components.get(name) ?? {}, name)
    }
    if ('const' in schema) return schema.const
    if (Array.isArray(schema.enum)) return schema.enum[0]
    const branches = (anyOf ?? oneOf) as Json[] | undefined
    if (branches) return exampleOfBranches(branches, where)
    return Array.isArray(type) ? null : exampleOfType(schema, where)
  }

  /** Of what may be null: a named schema, which shows more than null does. */
  const exampleOfBranches = (branches: Json[], where: string) => {
    const named = branches.find(({ $ref }) => $ref !== undefined)
    if (named) return exampleOf(named, where)
    return branches.some((one) => one.type === 'null') ? null : exampleOf(branches[0] ?? {}, where)
  }

  function exampleOfType(schema: Json, where: string): unknown {
    switch (schema.type) {
      case 'object':
        return membersOf(schema, where)
      case 'array':
        return [exampleOf(schema.items as Json, `${where}[]`)]
      case 'boolean':
        return false
      case 'integer':
      case 'number':
        return schema.minimum ?? 1
      default:
        throw new Error(`${where} has no example in the document`)
    }
  }

  function membersOf({ properties = {}, required = [] }: Json, where: string): Json {
    const included = Object.entries(properties as Record<string, Json>).filter(
      ([name, member]) => (required as string[]).includes(name) || member.examples,
    )
    return Object.fromEntries(included.map(([name, member]) => [name, exampleOf(member, `${where}.${name}`)]))
  }

  return exampleOf
}
