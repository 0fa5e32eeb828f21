import { isId } from './id.ts'
import { latinOf } from './latin.ts'

/** Longest slug, in characters. */
export const MAX_SLUG = 120

/**
 * A slug made from a headline or a name of any script, by the rules of its language if that is known: `Мост открыт` gives
 * `most-otkryt`. Cut at a word's end when too long; `fallback` where nothing is left to make one from.
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

/** The slug with a number behind it, kept within the limit. */
export const numberedSlug = (slug: string, number: number): string =>
  `${slug.slice(0, MAX_SLUG - String(number).length - 1).replace(/-$/, '')}-${number}`
