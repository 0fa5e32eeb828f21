/** Texts that are too long for a block, divided into several. */
import { plainTextOf, type Run } from './inline.ts'
import { MAX_CODE, MAX_TEXT } from './limits.ts'
import { writeInline } from './write-inline.ts'

/** Where a text may be divided, the best first: behind line ends, sentences, and spaces. */
const BREAKS = [/\n+/g, /[.!?…][)\]"'”’»]*\s+|[。！？]/g, /\s+/g]

/**
 * A text as several of which each fits into a block, divided near its middle as often as needed. Null where that would
 * divide a word.
 */
export function divided(runs: Run[]): Run[][] | null {
  if (writeInline(runs).length <= MAX_TEXT) return [runs]
  const at = middleOf(plainTextOf(runs))
  if (at === undefined) return null
  const parts = [part(runs, 0, at), part(runs, at, Number.POSITIVE_INFINITY)].map(divided)
  return parts.includes(null) ? null : parts.flatMap((some) => some ?? [])
}

/** The place nearest to the middle of a text at which it may be divided. */
function middleOf(text: string): number | undefined {
  const quarter = text.length >> 2
  const inner = text.slice(quarter, text.length - quarter)
  for (const pattern of BREAKS) {
    const ends = [...inner.matchAll(pattern)].map(({ 0: found, index }) => index + found.length)
    if (ends.length === 0) continue
    const distance = (end: number) => Math.abs(end - inner.length / 2)
    return quarter + ends.reduce((best, end) => (distance(end) < distance(best) ? end : best))
  }
  return undefined
}

/** The runs between two places of their text, without spaces at the end. */
function part(runs: Run[], from: number, to: number): Run[] {
  let at = 0
  const cut = runs.flatMap(({ text, marks }): Run[] => {
    const start = at
    at += text.length
    const inner = text.slice(Math.max(0, from - start), Math.max(0, to - start))
    return inner === '' ? [] : [{ text: inner, marks }]
  })
  const last = cut.pop()
  return last ? [...cut, { text: last.text.trimEnd(), marks: last.marks }] : cut
}

/** Code as several of which each fits into a block, divided at line ends, or else at spaces. Null where it has neither. */
export function dividedCode(code: string): string[] | null {
  const parts: string[] = []
  let rest = code
  while (rest.length > MAX_CODE) {
    const at = ['\n', ' '].map((end) => rest.lastIndexOf(end, MAX_CODE)).find((place) => place > 0)
    if (at === undefined) return null
    parts.push(rest.slice(0, at))
    rest = rest.slice(at).replace(/^\n+/, '')
  }
  return [...parts, rest]
}
