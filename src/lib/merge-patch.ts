type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** JSON merge patch, RFC 7396: `null` clears, absent leaves, objects merge, all else replaces. */
export function mergePatch(target: Json, patch: Json): Json {
  const result = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    const before = result[key]
    result[key] = isObject(value) && isObject(before) ? mergePatch(before, value) : value
  }
  return result
}
