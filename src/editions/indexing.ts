/** Live editions in the index. */
import { setTimeout as pause } from 'node:timers/promises'
import { asc, eq, gt, isNull } from 'drizzle-orm'
import { toText } from '../body/to-text.ts'
import { wordsIn } from '../lib/tokens.ts'
import { dropTokens, GAP, inPart, mergeSome, putTokens, referenceToken } from '../storage/fulltext.ts'
import { editions } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { filterKinds } from './conditions.ts'
import { type Content, refsOf } from './content.ts'
import { newKey, timeOf } from './search-key.ts'

/** How many editions one transaction puts into the index anew. */
const BATCH = 100

/**
 * All that an article is found by: what it refers to, and its words by the parts they stand in. A section stands for
 * itself: those above it are not in the index.
 */
export function tokensOf(content: Content): string[] {
  const { headline, kicker, standfirst, summary, body, language } = content
  const words = (...texts: (string | null)[]) => texts.flatMap((text) => (text === null ? [] : wordsIn(text)))
  const [heading, lead] = [words(headline, kicker), words(standfirst, summary)]
  const refs = refsOf(content).filter(({ kind }) => (filterKinds as readonly string[]).includes(kind))
  // The body comes last: PostgreSQL knows no places behind the first sixteen thousand.
  const parts = [
    [...refs, { kind: 'language', ref: language }].map(({ kind, ref }) => referenceToken(kind, ref)),
    inPart(heading, 'headline'),
    inPart(heading, 'top'),
    inPart(lead, 'top'),
    heading,
    lead,
    words(toText(body)),
  ]
  return parts.flatMap((tokens, index) => (index === 0 ? tokens : [GAP, ...tokens]))
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
  if (isThere) await dropTokens(tx, before)
  const stays = isThere && timeOf(before) === publishedAt
  const key = stays ? before : await newKey(tx, publishedAt)
  await putTokens(tx, key, tokensOf(content))
  return key
}

/** Puts the editions that are not in the index into it, batch by batch. Gives how many. */
export async function indexMissing(storage: Storage): Promise<number> {
  const rows = { article: editions.article, publishedAt: editions.publishedAt, content: editions.content }
  const missing = (db: Pick<Writer, 'select'>, limit: number) =>
    db.select(rows).from(editions).where(isNull(editions.searchKey)).limit(limit)
  let indexed = 0
  while ((await missing(storage.reader, 1)).length > 0)
    indexed += await storage.transaction(async (tx) => {
      const batch = await missing(tx, BATCH)
      for (const { article, publishedAt, content } of batch) {
        const searchKey = await indexEdition(tx, { publishedAt, before: null }, content as Content)
        await tx.update(editions).set({ searchKey }).where(eq(editions.article, article))
      }
      return batch.length
    })
  return indexed
}

/** Makes the index anew, batch by batch: at any time it has all that is live. */
export async function indexAnew(storage: Storage): Promise<void> {
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

/** Merges the pieces of the index into one, which is read faster, step by step; ends early when `isStopped`. */
export async function mergeIndex(storage: Storage, isStopped: () => boolean = () => false): Promise<void> {
  for (let isFirst = true; !isStopped(); isFirst = false) {
    if (!(await storage.transaction((tx) => mergeSome(tx, isFirst)))) return
    await pause(PAUSE)
  }
}
