import * as z from 'zod'

const types = new WeakMap<object, string>()

/** A reply that is text of a content type of its own, sent as it stands. */
export function textOf(type: string, description: string): z.ZodString {
  const shape = z.string().meta({ description })
  types.set(shape, type)
  return shape
}

/** The content type of a reply of this shape, where it has one of its own. */
export const typeOf = (shape: object): string | undefined => types.get(shape)
