/** Highlights: the words of a search marked in the texts of an article, as escaped HTML. */
import { toText } from '../body/to-text.ts'
import type { Article } from '../editions/article.ts'
import { occursAt, type Term } from '../lib/search-syntax.ts'
import { stemmedAmong, stemOf } from '../lib/stems.ts'
import { fold, isUnmarked, type Token, tokensIn, truncate } from '../lib/tokenizer.ts'

/** The length of an extract of a body, and of its part before the first match, in UTF-16 code units. */
const EXTRACT = 200
const BEFORE = 60
/** How much of the blocks of a body that may have a match is looked at, in UTF-16 code units. */
const MAX_SCANNED = 20_000

export interface Highlights {
  headline: string | null
  summary: string | null
  body: string | null
}

/** Finds the terms of a search in texts of one language. */
interface Matcher {
  /**
   * Fast checks whether a text may match, so that most texts need no tokenizer: the first for words as they were
   * entered, the last for any form of them.
   */
  prefilters: ((text: string) => boolean)[]
  /** The matches, or those that begin at most so many code units behind the end of the first. */
  find(text: string, within?: number): Match[]
}

/** Where a term matches: UTF-16 offsets in the text. */
interface Match {
  start: number
  end: number
}

/** The highlights of an article; null for a part without a match. */
export function highlightsOf(article: Article, terms: Term[]): Highlights {
  const { headline, standfirst, summary, body, language } = article
  const matcher = matcherOf(terms, language)
  const first = (...texts: (string | null)[]) => {
    for (const text of texts) {
      const marked = text === null ? null : markedText(text, matcher)
      if (marked !== null) return marked
    }
    return null
  }
  return {
    headline: first(headline),
    summary: first(summary, standfirst),
    body: typeof body === 'string' ? null : extract(body, matcher),
  }
}

/** A matcher for texts of a language, in which single words match in all their forms. */
function matcherOf(terms: Term[], language: string): Matcher {
  const [stemmed] = stemmedAmong([language])
  const stemIn = (form: string | undefined) =>
    form === undefined || stemmed === undefined ? undefined : stemOf(form, stemmed)
  const stems = new Set(terms.flatMap(({ form, stems = [] }) => (stems.length > 0 ? (stemIn(form) ?? []) : [])))
  const first = terms.map(({ words: [word = ''] }) => word)
  /** The terms that can occur where a word does: those that begin with it, and those that are only a beginning of it. */
  const prefixTerms = terms.filter(({ words, prefix }) => prefix && words.length === 1)
  const byFirstWord = new Map(
    first.map((word) => [word, [...prefixTerms, ...terms.filter(({ words }) => words[0] === word)]]),
  )
  const prefixes = first.map((word, index) =>
    stemIn(terms[index]?.form) === undefined ? word : word.slice(0, COMMON_PREFIX),
  )
  const hasAny = (parts: string[]) => (text: string) => {
    const folded = fold(text)
    return parts.some((part) => folded.includes(part))
  }
  function addMatchesAt(at: number, tokens: Token[], matches: Match[]): void {
    const token = tokens[at] as Token
    for (const term of byFirstWord.get(token.word) ?? prefixTerms)
      if (occursAt(term, tokens, at)) matches.push(spanOf(token, tokens[at + term.words.length - 1]))
    if (stems.size > 0 && stems.has(stemIn(token.form) ?? '')) matches.push(spanOf(token, token))
  }
  return {
    prefilters: (stems.size > 0 ? [first, prefixes] : [first]).map(hasAny),
    find(text, within = Number.POSITIVE_INFINITY) {
      const tokens = tokensIn(text)
      const matches: Match[] = []
      for (const [at, { start }] of tokens.entries()) {
        if (matches[0] && start > matches[0].end + within) break
        addMatchesAt(at, tokens, matches)
      }
      return withoutOverlaps(matches)
    },
  }
}

/** How many letters all forms of a word have in common at the beginning. */
const COMMON_PREFIX = 2

const spanOf = (first: Token | undefined, last: Token | undefined): Match => ({
  start: first?.start ?? 0,
  end: last?.end ?? 0,
})

/** Matches sorted by position, without those that overlap an earlier one. */
function withoutOverlaps(matches: Match[]): Match[] {
  let end = 0
  return matches
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter((match) => {
      if (match.start < end) return false
      end = match.end
      return true
    })
}

function markedText(text: string, { prefilters, find }: Matcher): string | null {
  const matches = prefilters.at(-1)?.(text) ? find(text) : []
  return matches.length === 0 ? null : marked(text, matches, 0, text.length)
}

type Blocks = Exclude<Article['body'], string>

/** An extract around the first match in the blocks; a word as it was entered is preferred to another form of it. */
function extract(body: Blocks, { prefilters, find }: Matcher): string | null {
  for (const mayMatch of prefilters) {
    const extracted = extractBy(body, mayMatch, find)
    if (extracted !== null) return extracted
  }
  return null
}

function extractBy(body: Blocks, mayMatch: (text: string) => boolean, find: Matcher['find']): string | null {
  let left = MAX_SCANNED
  for (const block of body) {
    // Most blocks have no match, and this check costs less than rendering their Markdown.
    if (!mayMatch('text' in block ? block.text : JSON.stringify(block))) continue
    const text = beginningOf(block, left)
    const matches = find(text, EXTRACT + MAX_WORD_BOUNDARY)
    if (matches[0]) return around(text, matches[0], matches)
    left -= text.length
    if (left <= 0) return null
  }
  return null
}

/** The beginning of the text of a block; of a list or a table, all or nothing. */
function beginningOf(block: Blocks[number], length: number): string {
  if ('text' in block)
    return toText([block.text.length <= length ? block : { ...block, text: truncate(block.text, length) }])
  const text = JSON.stringify(block).length <= 2 * length ? toText([block]) : ''
  return text.length <= length ? text : ''
}

/** The text around the first match. */
function around(text: string, first: Match, matches: Match[]): string {
  const start = first.start <= BEFORE ? 0 : wordBoundary(text, first.start - BEFORE)
  const end = start + EXTRACT >= text.length ? text.length : wordBoundary(text, start + EXTRACT)
  const shown = marked(text, matches, start, Math.max(end, first.end))
  return `${start > 0 ? '… ' : ''}${shown.trim()}${end < text.length ? ' …' : ''}`
}

/** How far a space is looked for. */
const MAX_WORD_BOUNDARY = 30

/** The offset of the next space at or after `from`; in a text without spaces nearby, that of a character boundary. */
function wordBoundary(text: string, from: number): number {
  const space = text.indexOf(' ', from)
  return space === -1 || space > from + MAX_WORD_BOUNDARY ? characterBoundary(text, from) : space
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The offset itself, or the start of the grapheme cluster (a letter with its accents, an emoji) that it is inside of. */
const characterBoundary = (text: string, offset: number): number =>
  isUnmarked(text) ? offset : (segmenter.segment(text).containing(offset)?.index ?? offset)

function marked(text: string, matches: Match[], from: number, to: number): string {
  let html = ''
  let at = from
  for (const { start, end } of matches) {
    if (start < at || end > to) continue
    html += `${escaped(text.slice(at, start))}<mark>${escaped(text.slice(start, end))}</mark>`
    at = end
  }
  return html + escaped(text.slice(at, to))
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
