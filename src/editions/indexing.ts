/** Writes live editions to the full-text index. */
import { setTimeout as pause } from 'node:timers/promises'
import { asc, eq, gt, isNull } from 'drizzle-orm'
import { NONE } from '../access/references.ts'
import { textInSteps } from '../body/to-text.ts'
import { rangesOf } from '../lib/languages.ts'
import { inSlices } from '../lib/slices.ts'
import { stemmedAmong, stemOf } from '../lib/stems.ts'
import { eachToken, sortKey, type Token } from '../lib/tokenizer.ts'
import {
  deleteTokens,
  GAP,
  mergeStep,
  type Part,
  putTokens,
  referenceToken,
  stemToken,
  type Tokens,
  tokensOfWords,
} from '../storage/fulltext.ts'
import { editions } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { type Content, filterKinds, optionalKinds, refsOf } from './content.ts'
import { indexKeyFor, newIndexKey } from './index-key.ts'
import { loadReferences } from './reference-loader.ts'
import { putReferences } from './references.ts'

/** How many editions one transaction indexes: few enough that other writers do not wait long. */
const BATCH_SIZE = 50

/** What is indexed of a text: its words in order, and their distinct stems, if its language has a stemmer. */
interface IndexedText {
  /** Each is a run of words with spaces between: a hundred thousand strings would be much for the garbage collector. */
  runs: string[]
  stems: Set<string>
}

/** What is indexed of an article, by part. `all` has the tokens of the words of all parts. */
interface IndexedTexts {
  heading: IndexedText
  lead: IndexedText
  /** The language of the stems, if there are any. */
  stemmed: string | undefined
  all: { positioned: string[]; unpositioned: string[] }
}

/**
 * How many different words of a text are indexed. The longest article in any language has fewer; with what has more, such
 * as a list of random numbers, the index would hold the event loop.
 */
const MAX_DISTINCT = 20_000

/** How many words of a body are indexed: as many as a novel has. An index with more would hold the event loop, too. */
const MAX_WORDS = 100_000
/** How many words are looked at in a step. */
const STEP = 500

/** The texts of a content. A write that publishes indexes them twice: with the working copies and with the editions. */
const cache = new WeakMap<Content, IndexedTexts>()

/** An article's texts, by part. */
async function textsOf(content: Content): Promise<IndexedTexts> {
  const known = cache.get(content)
  if (known) return known
  const texts = await inSlices(indexedTexts(content))
  cache.set(content, texts)
  return texts
}

function* indexedTexts({
  headline,
  kicker,
  standfirst,
  summary,
  body,
  language,
}: Content): Generator<void, IndexedTexts> {
  const [stemmed] = stemmedAmong([language])
  const lines = (...texts: (string | null)[]) => texts.flatMap((text) => text ?? [])
  const heading = yield* indexedText(lines(headline, kicker), stemmed)
  const lead = yield* indexedText(lines(standfirst, summary), stemmed)
  const rest = yield* indexedText((yield* textInSteps(body)).split('\n'), stemmed)
  const all = {
    positioned: joinTexts([heading, lead, rest].map(({ runs }) => runs)),
    unpositioned: stemTokensOf('all', stemmed, [heading, lead, rest]),
  }
  return { heading, lead, stemmed, all }
}

/** The words of lines of text, as many as are indexed; undefined where a step ends. */
function* tokensOf(lines: string[]): Generator<Token | undefined, void> {
  let count = 0
  for (const line of lines) {
    for (const token of eachToken(line)) {
      if (count === MAX_WORDS) return
      yield token
      count += 1
      if (count % STEP === 0) yield undefined
    }
    yield undefined
  }
}

/** The words and stems of lines of text, in steps. Words that are beyond the limit leave a gap. */
function* indexedText(lines: string[], stemmed: string | undefined): Generator<void, IndexedText> {
  const runs: string[] = []
  const run: string[] = []
  const forms = new Set<string>()
  const stems = new Set<string>()

  /** What is indexed in the place of a word. */
  function indexed({ word, form }: Token): string {
    if (forms.has(form)) return word
    if (forms.size === MAX_DISTINCT) return GAP
    forms.add(form)
    const stem = stemmed === undefined ? undefined : stemOf(form, stemmed)
    if (stem !== undefined) stems.add(stem)
    return word
  }

  for (const token of tokensOf(lines)) {
    if (token) run.push(indexed(token))
    else {
      if (run.length >= STEP) runs.push(run.splice(0).join(' '))
      yield
    }
  }
  if (run.length > 0) runs.push(run.join(' '))
  return { runs, stems }
}

const wordsOf = ({ runs }: IndexedText): string[] => runs.flatMap((run) => run.split(' '))

/** Concatenates texts; a phrase does not match across two of them. */
function joinTexts(texts: string[][]): string[] {
  const joined: string[] = []
  for (const [index, tokens] of texts.entries()) {
    if (index > 0) joined.push(GAP)
    for (const token of tokens) joined.push(token)
  }
  return joined
}

/** The tokens of the stems of a part, which consists of these texts. */
function stemTokensOf(part: Part, language: string | undefined, texts: IndexedText[]): string[] {
  if (language === undefined) return []
  const stems = new Set<string>()
  for (const text of texts) for (const stem of text.stems) stems.add(stem)
  return Array.from(stems, (stem) => stemToken({ language, stem }, part))
}

/**
 * The tokens that an edition is found by: its references, its words by part, and their stems. Of the sections only the
 * article's own is indexed; a query for a section lists its subsections.
 */
export async function editionTokens(content: Content): Promise<Tokens> {
  const { heading, lead, stemmed, all } = await textsOf(content)
  // The body is last, because PostgreSQL has no positions after 16,383.
  const positioned = joinTexts([
    filterRefsOf(content).map(({ kind, ref }) => referenceToken(kind, ref)),
    tokensOfWords(wordsOf(heading), 'headline'),
    tokensOfWords(wordsOf(heading), 'top'),
    tokensOfWords(wordsOf(lead), 'top'),
    all.positioned,
  ])
  const unpositioned = [
    ...stemTokensOf('headline', stemmed, [heading]),
    ...stemTokensOf('top', stemmed, [heading, lead]),
    ...all.unpositioned,
  ]
  return { positioned, unpositioned }
}

/** The tokens of an article that is found only by its words, in any part. */
export const textTokens = async (content: Content): Promise<Tokens> => (await textsOf(content)).all

/** The references that lists are filtered by: of each kind or `NONE`, and the language ranges that match the article. */
function filterRefsOf(content: Content): { kind: string; ref: string }[] {
  const refs = refsOf(content)
  const byKind = filterKinds.flatMap((filterKind) => {
    const ofKind = refs.filter(({ kind }) => kind === filterKind)
    return ofKind.length === 0 && isOptional(filterKind) ? [{ kind: filterKind, ref: NONE }] : ofKind
  })
  return [...byKind, ...rangesOf(content.language).map((ref) => ({ kind: 'language', ref }))]
}

const isOptional = (kind: string): boolean => (optionalKinds as readonly string[]).includes(kind)

/** Indexes an edition under a key, in place of the key that it had. */
export async function indexEdition(
  tx: Writer,
  { key, previousKey }: { key: number; previousKey?: number | null | undefined },
  content: Content,
): Promise<void> {
  if (typeof previousKey === 'number') await deleteTokens(tx, 'live', previousKey)
  await putTokens(tx, 'live', key, await editionTokens(content))
}

/**
 * Indexes a batch of the editions that are not in the index, and writes their sort columns and references. Gives their
 * number.
 */
export async function indexMissingEditions(tx: Writer): Promise<number> {
  const rows = { article: editions.article, publishedAt: editions.publishedAt, content: editions.content }
  const batch = await tx.select(rows).from(editions).where(isNull(editions.searchKey)).limit(BATCH_SIZE)
  for (const { article: id, publishedAt, content: stored } of batch) {
    const content = stored as Content
    const searchKey = await newIndexKey(tx, publishedAt)
    await indexEdition(tx, { key: searchKey }, content)
    const columns = { searchKey, sortHeadline: sortKey(content.headline) }
    await tx.update(editions).set(columns).where(eq(editions.article, id))
    await putReferences(tx, { id, publishedAt }, content, await loadReferences(tx, [{ id, content }]))
  }
  return batch.length
}

/** Indexes a batch of editions anew, in the order of their ids after one; gives these ids. */
export async function reindexEditions(tx: Writer, after: string): Promise<string[]> {
  const batch = await tx
    .select()
    .from(editions)
    .where(gt(editions.article, after))
    .orderBy(asc(editions.article))
    .limit(BATCH_SIZE)
  for (const { article, publishedAt, searchKey: previousKey, content: stored } of batch) {
    const content = stored as Content
    const searchKey = await indexKeyFor(tx, publishedAt, previousKey)
    await indexEdition(tx, { key: searchKey, previousKey }, content)
    const columns = { searchKey, sortHeadline: sortKey(content.headline) }
    await tx.update(editions).set(columns).where(eq(editions.article, article))
  }
  return batch.map(({ article }) => article)
}

/** The pause after each step of a merge, in which other writers get their turn, in milliseconds. */
const MERGE_PAUSE = 20

/** Merges the segments of each full-text index into one, which is read faster. Ends early when `isStopped`. */
export async function mergeIndex(storage: Storage, isStopped: () => boolean = () => false): Promise<void> {
  for (const index of ['live', 'drafts'] as const)
    for (let isFirst = true; !isStopped(); isFirst = false) {
      if (!(await storage.transaction((tx) => mergeStep(tx, index, isFirst)))) break
      await pause(MERGE_PAUSE)
    }
}
