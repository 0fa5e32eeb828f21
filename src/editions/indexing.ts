/** Live editions in the index. */
import { setTimeout as pause } from 'node:timers/promises'
import { asc, eq, gt, isNull } from 'drizzle-orm'
import { toText } from '../body/to-text.ts'
import { rangesOf } from '../lib/languages.ts'
import { stemsOf } from '../lib/search-syntax.ts'
import { stemmedAmong } from '../lib/stems.ts'
import { sortKey, type Token, tokensIn } from '../lib/tokenizer.ts'
import {
  dropTokens,
  GAP,
  inPart,
  mergeSome,
  type Part,
  putTokens,
  referenceToken,
  stemsInPart,
  type Tokens,
} from '../storage/fulltext.ts'
import { editions } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { type Content, filterKinds, NONE, refsOf } from './content.ts'
import { newIndexKey, publishedAtOf } from './index-key.ts'
import { loadReferences } from './reference-loader.ts'
import { putReferences } from './references.ts'

/** How many editions one transaction puts into the index anew. */
const BATCH = 100

/** The words of an article by the parts they stand in. */
function wordsIn({ headline, kicker, standfirst, summary, body }: Content) {
  const inTexts = (...texts: (string | null)[]) => texts.flatMap((text) => (text === null ? [] : tokensIn(text)))
  return { heading: inTexts(headline, kicker), lead: inTexts(standfirst, summary), rest: inTexts(toText(body)) }
}

const wordsOf = (tokens: Token[]): string[] => tokens.map(({ word }) => word)

/** Texts behind one another; no phrase goes from one into the next. */
const apart = (texts: string[][]): string[] =>
  texts.flatMap((tokens, index) => (index === 0 ? tokens : [GAP, ...tokens]))

/** The stems of words that stand in a part, where the language has stems. */
function stemTokens(tokens: Token[], { language }: Content, part: Part): string[] {
  const [stemmed] = stemmedAmong([language])
  return stemmed === undefined ? [] : stemsInPart(stemsOf(tokens, stemmed), part)
}

/**
 * All that an article is found by: what it refers to, its words by the parts they stand in, and their stems. A section
 * stands for itself: those above it are not in the index.
 */
export function editionTokens(content: Content): Tokens {
  const { heading, lead, rest } = wordsIn(content)
  // The body comes last: PostgreSQL knows no places behind the first sixteen thousand.
  const placed = apart([
    referencesOf(content).map(({ kind, ref }) => referenceToken(kind, ref)),
    inPart(wordsOf(heading), 'headline'),
    inPart(wordsOf(heading), 'top'),
    inPart(wordsOf(lead), 'top'),
    ...[heading, lead, rest].map(wordsOf),
  ])
  const unplaced = [
    ...stemTokens(heading, content, 'headline'),
    ...stemTokens([...heading, ...lead], content, 'top'),
    ...stemTokens([...heading, ...lead, ...rest], content, 'all'),
  ]
  return { placed, unplaced }
}

/** The same for an article that is found by the words in it alone, wherever they stand. */
export function textTokens(content: Content): Tokens {
  const { heading, lead, rest } = wordsIn(content)
  const placed = apart([heading, lead, rest].map(wordsOf))
  return { placed, unplaced: stemTokens([...heading, ...lead, ...rest], content, 'all') }
}

/** What lists are filtered by: references of each kind or that there is none, and the ranges that find the language. */
function referencesOf(content: Content): { kind: string; ref: string }[] {
  const refs = refsOf(content)
  const byKind = filterKinds.flatMap((wanted) => {
    const some = refs.filter(({ kind }) => kind === wanted)
    return some.length > 0 ? some : [{ kind: wanted, ref: NONE }]
  })
  return [...byKind, ...rangesOf(content.language).map((ref) => ({ kind: 'language', ref }))]
}

/**
 * Puts an edition into the index; `before` is its number there, if it has one. Gives its number, which is another where
 * the time of publication is another.
 */
export async function indexEdition(
  tx: Writer,
  { publishedAt, before }: { publishedAt: string; before: number | null | undefined },
  content: Content,
): Promise<number> {
  const isThere = typeof before === 'number'
  if (isThere) await dropTokens(tx, 'live', before)
  const stays = isThere && publishedAtOf(before) === publishedAt
  const key = stays ? before : await newIndexKey(tx, publishedAt)
  await putTokens(tx, 'live', key, editionTokens(content))
  return key
}

/**
 * Puts the editions that are not in the index into it, batch by batch, and makes the rest that they are found by anew: an
 * upgrade takes them out where it changes what that is. Gives how many.
 */
export async function indexMissing(storage: Storage): Promise<number> {
  const rows = { article: editions.article, publishedAt: editions.publishedAt, content: editions.content }
  const missing = (db: Pick<Writer, 'select'>, limit: number) =>
    db.select(rows).from(editions).where(isNull(editions.searchKey)).limit(limit)
  let indexed = 0
  while ((await missing(storage.reader, 1)).length > 0)
    indexed += await storage.transaction(async (tx) => {
      const batch = await missing(tx, BATCH)
      for (const { article: id, publishedAt, content: stored } of batch) {
        const content = stored as Content
        const searchKey = await indexEdition(tx, { publishedAt, before: null }, content)
        const columns = { searchKey, sortHeadline: sortKey(content.headline) }
        await tx.update(editions).set(columns).where(eq(editions.article, id))
        await putReferences(tx, { id, publishedAt }, content, await loadReferences(tx, [{ id, content }]))
      }
      return batch.length
    })
  return indexed
}

/** Makes the index anew, batch by batch: at any time it has all that is live. */
export async function rebuildIndex(storage: Storage): Promise<void> {
  for (let from = ''; ; ) {
    const last = await storage.transaction(async (tx) => {
      const batch = await tx
        .select()
        .from(editions)
        .where(gt(editions.article, from))
        .orderBy(asc(editions.article))
        .limit(BATCH)
      for (const { article, publishedAt, searchKey: before, content } of batch) {
        const searchKey = await indexEdition(tx, { publishedAt, before }, content as Content)
        if (searchKey !== before) await tx.update(editions).set({ searchKey }).where(eq(editions.article, article))
      }
      return batch.at(-1)?.article
    })
    if (last === undefined) return
    from = last
  }
}

/** How long a step of a merge lets others have their turn, in milliseconds. */
const PAUSE = 20

/** Merges the pieces of each index into one, which is read faster, step by step; ends early when `isStopped`. */
export async function mergeIndex(storage: Storage, isStopped: () => boolean = () => false): Promise<void> {
  for (const index of ['live', 'drafts'] as const)
    for (let isFirst = true; !isStopped(); isFirst = false) {
      if (!(await storage.transaction((tx) => mergeSome(tx, index, isFirst)))) break
      await pause(PAUSE)
    }
}
