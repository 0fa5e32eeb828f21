/** Where the words that were searched for stand in an article, as HTML that is safe to show. */
import { toText } from '../body/to-text.ts'
import { placesOf, type Term } from '../lib/query.ts'
import { fold, tokensIn } from '../lib/tokens.ts'
import type { Article } from './article.ts'

/** How long an extract of a body is, in characters, and how much of it stands before the first hit. */
const EXTRACT = 200
const BEFORE = 60

export interface Highlights {
  headline: string | null
  summary: string | null
  body: string | null
}

/** The hits in an article; null for a part without one. */
export function highlightsOf({ headline, kicker, standfirst, summary, body }: Article, terms: Term[]): Highlights {
  const first = (...texts: (string | null)[]) => {
    for (const text of texts) {
      const marked = text === null ? null : markedText(text, terms)
      if (marked !== null) return marked
    }
    return null
  }
  return {
    headline: first(headline, kicker),
    summary: first(standfirst, summary),
    body: typeof body === 'string' ? null : extract(body, terms),
  }
}

function markedText(text: string, terms: Term[]): string | null {
  if (!mayHave(terms)(text)) return null
  const hits = hitsIn(text, terms)
  return hits.length === 0 ? null : marked(text, hits, 0, text.length)
}

/** An extract around the first hit in the blocks. */
function extract(body: Exclude<Article['body'], string>, terms: Term[]): string | null {
  const mayHaveAny = mayHave(terms)
  for (const block of body) {
    // Most blocks have no hit: to see that costs less than to read their Markdown.
    if (!mayHaveAny('text' in block ? block.text : JSON.stringify(block))) continue
    const text = toText([block])
    const hits = hitsIn(text, terms)
    const [hit] = hits
    if (!hit) continue
    const start = hit.start <= BEFORE ? 0 : wordBoundary(text, hit.start - BEFORE)
    const end = start + EXTRACT >= text.length ? text.length : wordBoundary(text, start + EXTRACT)
    const shown = marked(text, hits, start, Math.max(end, hit.end))
    return `${start > 0 ? '… ' : ''}${shown.trim()}${end < text.length ? ' …' : ''}`
  }
  return null
}

/** Gives the quick look at whether a text may have a word of the terms. */
function mayHave(terms: Term[]): (text: string) => boolean {
  const firsts = terms.flatMap(({ words }) => words[0] ?? [])
  return (text) => {
    const folded = fold(text)
    return firsts.some((word) => folded.includes(word))
  }
}

/** The first place between two words at or behind this one, or this one in a text without. */
function wordBoundary(text: string, from: number): number {
  const space = text.indexOf(' ', from)
  return space === -1 || space > from + 30 ? from : space
}

/** The hits in a text, in their order, none over another. */
function hitsIn(text: string, terms: Term[]): { start: number; end: number }[] {
  const tokens = tokensIn(text)
  const words = tokens.map(({ word }) => word)
  const hits = terms.flatMap((term) =>
    placesOf(term, words).map((at) => ({
      start: tokens[at]?.start ?? 0,
      end: tokens[at + term.words.length - 1]?.end ?? 0,
    })),
  )
  const sorted = hits.sort((a, b) => a.start - b.start || b.end - a.end)
  return sorted.filter((hit, index) => sorted.slice(0, index).every(({ end }) => end <= hit.start))
}

function marked(text: string, hits: { start: number; end: number }[], from: number, to: number): string {
  let html = ''
  let at = from
  for (const { start, end } of hits) {
    if (start < at || end > to) continue
    html += `${escaped(text.slice(at, start))}<mark>${escaped(text.slice(start, end))}</mark>`
    at = end
  }
  return html + escaped(text.slice(at, to))
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
