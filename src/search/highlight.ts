/** Where the words that were searched for stand in an article, as HTML that is safe to show. */
import { toText } from '../body/to-text.ts'
import type { Article } from '../editions/article.ts'
import { positionsOf, type Term } from '../lib/search-syntax.ts'
import { stemmedAmong, stemOf } from '../lib/stems.ts'
import { fold, isUnmarked, type Token, tokensIn } from '../lib/tokenizer.ts'

/** How long an extract of a body is, in characters, and how much of it stands before the first hit. */
const EXTRACT = 200
const BEFORE = 60

export interface Highlights {
  headline: string | null
  summary: string | null
  body: string | null
}

/** Finds in a text what is searched for. */
interface Finder {
  /** A quick look at whether there may be something, at first a word as it was asked for: most texts have nothing. */
  looks: ((text: string) => boolean)[]
  find(text: string): Hit[]
}

interface Hit {
  start: number
  end: number
}

/** The hits in an article; null for a part without one. */
export function highlightsOf(article: Article, terms: Term[]): Highlights {
  const { headline, kicker, standfirst, summary, body, language } = article
  const finder = finderOf(terms, language)
  const first = (...texts: (string | null)[]) => {
    for (const text of texts) {
      const marked = text === null ? null : markedText(text, finder)
      if (marked !== null) return marked
    }
    return null
  }
  return {
    headline: first(headline, kicker),
    summary: first(standfirst, summary),
    body: typeof body === 'string' ? null : extract(body, finder),
  }
}

/** Finds the terms in texts of a language, single words in all their forms. */
function finderOf(terms: Term[], language: string): Finder {
  const [stemmed] = stemmedAmong([language])
  const stemIn = (form: string | undefined) =>
    form === undefined || stemmed === undefined ? undefined : stemOf(form, stemmed)
  const stems = new Set(terms.flatMap(({ form, stems = [] }) => (stems.length > 0 ? (stemIn(form) ?? []) : [])))
  const first = terms.map(({ words: [word = ''] }) => word)
  const shared = first.map((word, index) => (stemIn(terms[index]?.form) === undefined ? word : word.slice(0, SHARED)))
  const lookFor = (beginnings: string[]) => (text: string) => {
    const plain = fold(text)
    return beginnings.some((one) => plain.includes(one))
  }
  return {
    looks: (stems.size > 0 ? [first, shared] : [first]).map(lookFor),
    find(text) {
      const tokens = tokensIn(text)
      const words = tokens.map(({ word }) => word)
      const hits = terms.flatMap((term) =>
        positionsOf(term, words).map((at) => spanOf(tokens[at], tokens[at + term.words.length - 1])),
      )
      if (stems.size > 0)
        for (const token of tokens) if (stems.has(stemIn(token.form) ?? '')) hits.push(spanOf(token, token))
      return inOrder(hits)
    },
  }
}

/** How many letters at the beginning all forms of a word have in common. */
const SHARED = 2

const spanOf = (first: Token | undefined, last: Token | undefined): Hit => ({
  start: first?.start ?? 0,
  end: last?.end ?? 0,
})

/** Hits in their order, none over another. */
function inOrder(hits: Hit[]): Hit[] {
  let end = 0
  return hits
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter((hit) => {
      if (hit.start < end) return false
      end = hit.end
      return true
    })
}

function markedText(text: string, { looks, find }: Finder): string | null {
  const hits = looks.at(-1)?.(text) ? find(text) : []
  return hits.length === 0 ? null : marked(text, hits, 0, text.length)
}

type Blocks = Exclude<Article['body'], string>

/** An extract around the first hit in the blocks, if there is one of a word as it was asked for; else of another form. */
function extract(body: Blocks, { looks, find }: Finder): string | null {
  for (const mayFind of looks) {
    const found = extractBy(body, mayFind, find)
    if (found !== null) return found
  }
  return null
}

function extractBy(body: Blocks, mayFind: (text: string) => boolean, find: Finder['find']): string | null {
  for (const block of body) {
    // Most blocks have no hit: to see that costs less than to read their Markdown.
    if (!mayFind('text' in block ? block.text : JSON.stringify(block))) continue
    const text = toText([block])
    const hits = find(text)
    const [hit] = hits
    if (!hit) continue
    const start = hit.start <= BEFORE ? 0 : wordBoundary(text, hit.start - BEFORE)
    const end = start + EXTRACT >= text.length ? text.length : wordBoundary(text, start + EXTRACT)
    const shown = marked(text, hits, start, Math.max(end, hit.end))
    return `${start > 0 ? '… ' : ''}${shown.trim()}${end < text.length ? ' …' : ''}`
  }
  return null
}

/** The first place between two words at or behind this one; in a text without spaces the place between two characters. */
function wordBoundary(text: string, from: number): number {
  const space = text.indexOf(' ', from)
  return space === -1 || space > from + 30 ? betweenCharacters(text, from) : space
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The place itself, or the beginning of the character that it lies inside of: a letter with its accents, or an emoji. */
const betweenCharacters = (text: string, place: number): number =>
  isUnmarked(text) ? place : (characters.segment(text).containing(place)?.index ?? place)

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
