import * as z from 'zod'

const types = new WeakMap<object, string>()

/** A reply of this shape under a content type of its own, sent as the text it is. */
export function ofType<T extends z.ZodType>(shape: T, type: string): T {
  types.set(shape, type)
  return shape
}

/** A reply that is no JSON but text of this content type. */
export const mediaTypeText = (type: string, description: string): z.ZodString =>
  ofType(z.string().meta({ description }), type)

/** The content type of a reply of this shape, where it has one of its own. */
export const typeOf = (shape: object): string | undefined => types.get(shape)
