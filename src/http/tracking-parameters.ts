import { unescape as decoded } from 'node:querystring'
import { closestName } from '../lib/suggest.ts'

/** A name at most this many characters away from a known one is taken for a misspelling of it. */
const MAX_DISTANCE = 2

/**
 * Gives the function that removes tracking parameters from the URL of a request: those that feed readers, search engines
 * and newsletters append, such as `utm_source`, `fbclid` and `_`. It runs as `rewriteUrl`, before the cache, so that the
 * URLs with and without them share one reply, one ETag and one cache entry. `known` has the path prefixes to which it
 * applies, each with the names of the real parameters. A misspelt real parameter is not removed, and is refused later.
 */
export function trackingParameterRemover(
  known: Record<string, readonly string[]>,
): (request: { url?: string | undefined }) => string {
  const rules = Object.entries(known)
  return ({ url = '/' }) => {
    const mark = url.indexOf('?')
    const rule = mark < 0 ? undefined : rules.find(([path]) => url.startsWith(path))
    if (rule === undefined) return url
    const parameters = url
      .slice(mark + 1)
      .split('&')
      .filter((parameter) => isParameter(nameOf(parameter), rule[1]))
    return parameters.length === 0 ? url.slice(0, mark) : `${url.slice(0, mark)}?${parameters.join('&')}`
  }
}

const nameOf = (parameter: string): string => decoded(parameter.split('=', 1)[0] ?? '')

/** Whether the name is a known one, or a misspelling of it. */
const isParameter = (name: string, known: readonly string[]): boolean =>
  known.includes(name) || closestName(name, known, Math.min(MAX_DISTANCE, Math.ceil(name.length / 3))) !== undefined
