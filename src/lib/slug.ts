import { isId } from './id.ts'
import { latinOf } from './latin.ts'

/** Longest slug, in characters. */
export const MAX_SLUG = 120

/**
 * Derives a slug from a headline or a name of any script, by the rules of its language if that is known: `Мост открыт`
 * gives `most-otkryt`. One that is too long is cut at the end of a word. Gives `fallback` if no letter or digit is left.
 */
export function slugOf(
  text: string,
  { fallback, language }: { fallback: string; language?: string | undefined },
): string {
  const words = latinOf(text, language)
    .replace(/['’`]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const slug =
    words.length <= MAX_SLUG
      ? words
      : words
          .slice(0, MAX_SLUG + 1)
          .replace(/-[^-]*$/, '')
          .slice(0, MAX_SLUG)
  return slug === '' || isId(slug) ? fallback : slug
}

/**
 * A slug of a text that ends with a part of an id, which is random at its end (UUIDv7): no other has it, and it says
 * nothing of others.
 */
export function slugWithId(id: string, text: string, options: { fallback: string; language?: string }): string {
  const ending = endingOf(id)
  return (
    slugOf(text, options)
      .slice(0, MAX_SLUG - ending.length)
      .replace(/-$/, '') + ending
  )
}

/** Whether a slug ends with that part of an id. */
export const hasEndingOf = (id: string, slug: string): boolean => slug.endsWith(endingOf(id))

const endingOf = (id: string): string => `-${id.slice(-8)}`

/** The slug with a number appended, shortened to the limit if needed. */
export const numberedSlug = (slug: string, number: number): string =>
  `${slug.slice(0, MAX_SLUG - String(number).length - 1).replace(/-$/, '')}-${number}`
