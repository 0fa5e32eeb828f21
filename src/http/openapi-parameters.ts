/** Parameters of operations, as the OpenAPI document has them. */
import type { Json } from './openapi-schemas.ts'

/** Where parameters stand, in the order in which an operation lists them. */
export type ParameterPlace = 'path' | 'query' | 'header'

export interface Parameter extends Json {
  name: string
  in: ParameterPlace
}

/** The parameters in one place; what one does not say of itself is said by the named shape that it has. */
export function parametersIn(place: ParameterPlace, json: Json, components: Map<string, Json>): Parameter[] {
  const { properties = {}, required = [] } = json as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(properties).map(([name, { description, explode = false, ...schema }]) => {
    const component = components.get(String(schema.$ref).split('/').at(-1) ?? '')
    return {
      name: place === 'header' ? capitalized(name) : name,
      in: place,
      required: place === 'path' || required.includes(name),
      description: description ?? component?.description,
      // Several values come as one text, separated by commas, unless the parameter can be repeated.
      ...(schema.type === 'array' && { style: 'form', explode }),
      schema,
    }
  })
}

/** A header as it is written by people: names of headers have no case. */
const capitalized = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
