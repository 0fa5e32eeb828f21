/** JSON merge patches (RFC 7396): their schemas, and how they are applied. */
import * as z from 'zod'

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Applies a JSON merge patch to an object, as RFC 7396 says: null removes a member. Changes neither argument. */
export function mergePatch(target: Json, patch: Json): Json {
  const result = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    const current = result[key]
    if (value === null) delete result[key]
    else result[key] = isObject(value) ? mergePatch(isObject(current) ? current : {}, value) : value
  }
  return result
}

type Shape = Readonly<Record<string, z.core.SomeType>>
type PatchOfValue<V extends z.core.SomeType> = V extends z.ZodObject<infer S> ? PatchOf<S> : V
type PatchOfMember<M extends z.core.SomeType> = M extends z.ZodOptional<infer V> | z.ZodDefault<infer V>
  ? z.ZodOptional<z.ZodNullable<V extends z.ZodNullable<infer W> ? PatchOfValue<W> : PatchOfValue<V>>>
  : z.ZodOptional<PatchOfValue<M>>
type PatchOf<S extends Shape> = z.ZodObject<{ -readonly [K in keyof S]: PatchOfMember<S[K]> }, z.core.$strict>

/**
 * The schema of a merge patch of an object with these members. All of them may be left out, those of objects within it,
 * too. Null is taken for those that are optional or have a default.
 */
export function patchOf<S extends Shape>(shape: S): PatchOf<S> {
  const members = Object.entries(shape).map(([name, member]) => [name, patchOfMember(member as z.ZodType)])
  return z.strictObject(Object.fromEntries(members)) as unknown as PatchOf<S>
}

function patchOfMember(member: z.ZodType): z.ZodType {
  const isOptional = member instanceof z.ZodOptional || member instanceof z.ZodDefault
  const inner = isOptional ? member.unwrap() : member
  const value = patchOfValue((inner instanceof z.ZodNullable ? inner.unwrap() : inner) as z.ZodType)
  const { description, examples } = member.meta() ?? {}
  const patched = isOptional && !value.safeParse(null).success ? value.nullish() : value.optional()
  return patched.meta({ ...(description && { description }), ...(examples !== undefined && { examples }) })
}

const patchOfValue = (value: z.ZodType): z.ZodType => (value instanceof z.ZodObject ? patchOf(value.shape) : value)
