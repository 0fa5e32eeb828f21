/** Members of JSON whose types are not known. */

export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** The value as an object; an empty one if it is none. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})
/** The objects of an array; none if it is no array. */
export const objectsIn = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
/** The value as a text; numbers are written, all else is empty. */
export const stringOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
/** The first of the members that is a text with characters. */
export const firstOf = (object: JsonObject, ...names: string[]): string =>
  names.map((name) => stringOf(object[name])).find((value) => value !== '') ?? ''

/** A table by name. A key may be several names, separated by spaces. */
export const byName = <T>(entries: Record<string, T>): Map<string, T> =>
  new Map(Object.entries(entries).flatMap(([names, value]) => names.split(' ').map((name) => [name, value] as const)))
