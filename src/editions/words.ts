/** Live editions in the index of words. */
import { and, desc, eq, gte, isNull, lt, sql } from 'drizzle-orm'
import { toText } from '../body/to-text.ts'
import { wordsIn } from '../lib/tokens.ts'
import { dropWords, editionWords, putWords, type Words } from '../storage/fulltext.ts'
import { editions } from '../storage/schema.ts'
import { prepared, type Reader, type Storage, type Writer } from '../storage/storage.ts'
import type { Content } from './content.ts'

/** How many editions may have gone live in one millisecond before they count as of the next. */
const ROOM = 1_024
/** How many editions one transaction puts into the index anew. */
const BATCH = 100

const selectLast = prepared('search_key_before', (db) =>
  db
    .select({ key: editions.searchKey })
    .from(editions)
    .where(and(gte(editions.searchKey, sql.placeholder('from')), lt(editions.searchKey, sql.placeholder('to'))))
    .orderBy(desc(editions.searchKey))
    .limit(1),
)

/** A number for an edition in the index: later ones have higher numbers, and no two the same. */
async function newKey(db: Reader, publishedAt: string): Promise<number> {
  for (let from = Date.parse(publishedAt) * ROOM; ; from += ROOM) {
    const [last] = await selectLast(db, { from, to: from + ROOM })
    if (!last?.key) return from
    if (last.key + 1 < from + ROOM) return last.key + 1
  }
}

/** The year of publication that a number in the index stands for. */
export const yearOf = (key: number): number => new Date(key / ROOM).getUTCFullYear()

/** What of an article is searched. */
function wordsOf({ headline, kicker, standfirst, summary, body }: Content): Words {
  const words = (...texts: (string | null)[]) => texts.flatMap((text) => (text === null ? [] : wordsIn(text)))
  return { headline: words(headline, kicker), summary: words(standfirst, summary), body: words(toText(body)) }
}

/** Puts the words of an edition into the index; `before` is its number there, if it has one. Gives its number. */
export async function indexWords(
  tx: Writer,
  { publishedAt, before }: { publishedAt: string; before: number | null | undefined },
  content: Content,
): Promise<number> {
  if (before) await dropWords(tx, before)
  const key = before ?? (await newKey(tx, publishedAt))
  await putWords(tx, key, wordsOf(content))
  return key
}

/** Puts all editions that are in no index into it, batch by batch; ends early when `isStopped`. */
export async function indexAll(storage: Storage, isStopped: () => boolean = () => false): Promise<void> {
  const indexSome = () =>
    storage.transaction(async (tx) => {
      const missing = await tx.select().from(editions).where(isNull(editions.searchKey)).limit(BATCH)
      for (const { article, publishedAt, content } of missing) {
        const searchKey = await indexWords(tx, { publishedAt, before: null }, content as Content)
        await tx.update(editions).set({ searchKey }).where(eq(editions.article, article))
      }
      return missing.length
    })
  const hasMissing = async () =>
    (
      await storage.reader
        .select({ article: editions.article })
        .from(editions)
        .where(isNull(editions.searchKey))
        .limit(1)
    ).length > 0
  while (!isStopped() && (await hasMissing())) {
    await indexSome()
    await new Promise(setImmediate)
  }
}

/** Empties the index: `indexAll` then makes it anew. */
export const forgetIndex = (storage: Storage): Promise<void> =>
  storage.transaction(async (tx) => {
    await tx.delete(editionWords)
    await tx.update(editions).set({ searchKey: null })
  })
