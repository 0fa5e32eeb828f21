/** Writes live editions to the full-text index. */
import { setTimeout as pause } from 'node:timers/promises'
import { asc, eq, gt, isNull } from 'drizzle-orm'
import { toText } from '../body/to-text.ts'
import { rangesOf } from '../lib/languages.ts'
import { stemsOf } from '../lib/search-syntax.ts'
import { stemmedAmong } from '../lib/stems.ts'
import { sortKey, type Token, tokensIn } from '../lib/tokenizer.ts'
import {
  deleteTokens,
  GAP,
  mergeStep,
  type Part,
  putTokens,
  referenceToken,
  type Tokens,
  tokensOfStems,
  tokensOfWords,
} from '../storage/fulltext.ts'
import { editions } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { type Content, filterKinds, NONE, refsOf } from './content.ts'
import { newIndexKey, publishedAtOf } from './index-key.ts'
import { loadReferences } from './reference-loader.ts'
import { putReferences } from './references.ts'

/** How many editions one transaction indexes. */
const BATCH_SIZE = 100

/** The tokens of an article's texts, by part. */
function textsOf({ headline, kicker, standfirst, summary, body }: Content) {
  const tokensOf = (...texts: (string | null)[]) => texts.flatMap((text) => (text === null ? [] : tokensIn(text)))
  return { heading: tokensOf(headline, kicker), lead: tokensOf(standfirst, summary), rest: tokensOf(toText(body)) }
}

const wordsOf = (tokens: Token[]): string[] => tokens.map(({ word }) => word)

/** Concatenates texts; a phrase does not match across two of them. */
const joinTexts = (texts: string[][]): string[] =>
  texts.flatMap((tokens, index) => (index === 0 ? tokens : [GAP, ...tokens]))

/** The stem tokens of a part; none for a language without a stemmer. */
function stemTokensOf(tokens: Token[], { language }: Content, part: Part): string[] {
  const [stemmed] = stemmedAmong([language])
  return stemmed === undefined ? [] : tokensOfStems(stemsOf(tokens, stemmed), part)
}

/**
 * The tokens that an edition is found by: its references, its words by part, and their stems. Of the sections only the
 * article's own is indexed; a query for a section lists its subsections.
 */
export function editionTokens(content: Content): Tokens {
  const { heading, lead, rest } = textsOf(content)
  // The body is last, because PostgreSQL has no positions after 16,383.
  const placed = joinTexts([
    filterRefsOf(content).map(({ kind, ref }) => referenceToken(kind, ref)),
    tokensOfWords(wordsOf(heading), 'headline'),
    tokensOfWords(wordsOf(heading), 'top'),
    tokensOfWords(wordsOf(lead), 'top'),
    ...[heading, lead, rest].map(wordsOf),
  ])
  const unplaced = [
    ...stemTokensOf(heading, content, 'headline'),
    ...stemTokensOf([...heading, ...lead], content, 'top'),
    ...stemTokensOf([...heading, ...lead, ...rest], content, 'all'),
  ]
  return { positioned: placed, unpositioned: unplaced }
}

/** The tokens of an article that is found only by its words, in any part. */
export function textTokens(content: Content): Tokens {
  const { heading, lead, rest } = textsOf(content)
  const placed = joinTexts([heading, lead, rest].map(wordsOf))
  return { positioned: placed, unpositioned: stemTokensOf([...heading, ...lead, ...rest], content, 'all') }
}

/** The references that lists are filtered by: of each kind or `NONE`, and the language ranges that match the article. */
function filterRefsOf(content: Content): { kind: string; ref: string }[] {
  const refs = refsOf(content)
  const byKind = filterKinds.flatMap((filterKind) => {
    const ofKind = refs.filter(({ kind }) => kind === filterKind)
    return ofKind.length > 0 ? ofKind : [{ kind: filterKind, ref: NONE }]
  })
  return [...byKind, ...rangesOf(content.language).map((ref) => ({ kind: 'language', ref }))]
}

/**
 * Indexes an edition; `previousKey` is its key in the index, if it has one. Gives its key, which changes only with the
 * time of publication.
 */
export async function indexEdition(
  tx: Writer,
  { publishedAt, previousKey }: { publishedAt: string; previousKey: number | null | undefined },
  content: Content,
): Promise<number> {
  const isIndexed = typeof previousKey === 'number'
  if (isIndexed) await deleteTokens(tx, 'live', previousKey)
  const key = isIndexed && publishedAtOf(previousKey) === publishedAt ? previousKey : await newIndexKey(tx, publishedAt)
  await putTokens(tx, 'live', key, editionTokens(content))
  return key
}

/**
 * Indexes the editions that are not in the index, and writes their sort columns and references, batch by batch. A
 * migration that changes what is indexed removes them from the index. Gives their number.
 */
export async function indexMissing(storage: Storage): Promise<number> {
  const rows = { article: editions.article, publishedAt: editions.publishedAt, content: editions.content }
  const missing = (db: Pick<Writer, 'select'>, limit: number) =>
    db.select(rows).from(editions).where(isNull(editions.searchKey)).limit(limit)
  let indexed = 0
  while ((await missing(storage.reader, 1)).length > 0)
    indexed += await storage.transaction(async (tx) => {
      const batch = await missing(tx, BATCH_SIZE)
      for (const { article: id, publishedAt, content: stored } of batch) {
        const content = stored as Content
        const searchKey = await indexEdition(tx, { publishedAt, previousKey: null }, content)
        const columns = { searchKey, sortHeadline: sortKey(content.headline) }
        await tx.update(editions).set(columns).where(eq(editions.article, id))
        await putReferences(tx, { id, publishedAt }, content, await loadReferences(tx, [{ id, content }]))
      }
      return batch.length
    })
  return indexed
}

/** Rebuilds the index, batch by batch; it is complete at any time. */
export async function rebuildIndex(storage: Storage): Promise<void> {
  for (let position = ''; ; ) {
    const last = await storage.transaction(async (tx) => {
      const batch = await tx
        .select()
        .from(editions)
        .where(gt(editions.article, position))
        .orderBy(asc(editions.article))
        .limit(BATCH_SIZE)
      for (const { article, publishedAt, searchKey: previousKey, content } of batch) {
        const searchKey = await indexEdition(tx, { publishedAt, previousKey }, content as Content)
        if (searchKey !== previousKey) await tx.update(editions).set({ searchKey }).where(eq(editions.article, article))
      }
      return batch.at(-1)?.article
    })
    if (last === undefined) return
    position = last
  }
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
