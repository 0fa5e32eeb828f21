type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Applies a JSON merge patch (RFC 7396) to an object: absent members stay, objects are merged, other values replace. A
 * `null` is assigned instead of removing the member, for the schema to check. Changes neither argument.
 */
export function mergePatch(target: Json, patch: Json): Json {
  const result = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    const current = result[key]
    result[key] = isObject(value) && isObject(current) ? mergePatch(current, value) : value
  }
  return result
}
