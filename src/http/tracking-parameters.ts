import { unescape as decoded } from 'node:querystring'
import { closestName } from '../lib/suggest.ts'

/** A name that is at most this many characters away from a known one is a misspelling of it. */
const MISSPELT = 2

/**
 * Gives the function that takes from the address of a request what feed readers, search engines and links in newsletters
 * append to it: `utm_source`, `fbclid`, `_` and the like. It runs before anything else sees the address, so that an
 * address and its decorated forms share one reply, one ETag and one place in the cache. `known` has the beginnings of
 * the paths where this is so, each with the names of the parameters that count there. A misspelt one stays, and is
 * refused as everywhere.
 */
export function withoutAppended(
  known: Record<string, readonly string[]>,
): (request: { url?: string | undefined }) => string {
  const rules = Object.entries(known)
  return ({ url = '/' }) => {
    const mark = url.indexOf('?')
    const rule = mark < 0 ? undefined : rules.find(([path]) => url.startsWith(path))
    if (rule === undefined) return url
    const kept = url
      .slice(mark + 1)
      .split('&')
      .filter((parameter) => isMeant(nameOf(parameter), rule[1]))
    return kept.length === 0 ? url.slice(0, mark) : `${url.slice(0, mark)}?${kept.join('&')}`
  }
}

const nameOf = (parameter: string): string => decoded(parameter.split('=', 1)[0] ?? '')

const isMeant = (name: string, known: readonly string[]): boolean =>
  known.includes(name) || closestName(name, known, Math.min(MISSPELT, Math.ceil(name.length / 3))) !== undefined
