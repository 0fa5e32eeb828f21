/** The parameters of operations in the OpenAPI document. */
import type { Json } from './schemas.ts'

/** The locations of parameters, in the order in which an operation lists them. */
export type ParameterLocation = 'path' | 'query' | 'header'

export interface Parameter extends Json {
  name: string
  in: ParameterLocation
}

/** The parameters in one location, from its JSON Schema. One without a description has that of its named schema. */
export function parametersIn(location: ParameterLocation, json: Json, components: Map<string, Json>): Parameter[] {
  const { properties = {}, required = [] } = json as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(properties).map(([name, { description, explode = false, ...schema }]) => {
    const component = components.get(String(schema.$ref).split('/').at(-1) ?? '')
    return {
      name: location === 'header' ? capitalized(name) : name,
      in: location,
      required: location === 'path' || required.includes(name),
      description: description ?? component?.description,
      // Several values are one comma-separated text, unless the parameter can be repeated.
      ...(schema.type === 'array' && { style: 'form', explode }),
      schema,
    }
  })
}

/** The usual spelling of a header name; header names are case-insensitive. */
const capitalized = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
