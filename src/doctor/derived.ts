/** Checks of what is stored and can be derived again: the JSON of editions, their references, counts, and the indexes. */
import { and, asc, count, eq, getTableColumns, gt, inArray, isNotNull, isNull, notInArray } from 'drizzle-orm'
import { isIndexed } from '../articles/draft-index.ts'
import { completeIndexes } from '../articles/index-upkeep.ts'
import { addToArticleCounts, countedKinds } from '../catalogue/article-counts.ts'
import type { Content } from '../editions/content.ts'
import { loadReferences } from '../editions/reference-loader.ts'
import { liveRefs, putReferences } from '../editions/references.ts'
import { recompile } from '../editions/store.ts'
import { deleteTokens, draftIndex, editionIndex } from '../storage/fulltext.ts'
import { articles, editionRefs, editions, refCounts, staleEditions } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import type { Check, Finding } from './finding.ts'

/** How many editions are checked in one transaction: writers wait meanwhile. */
const BATCH = 50

type EditionRow = typeof editions.$inferSelect

/** The stored editions against what their content compiles to now, and their references against those of their content. */
export const checkEditions: Check = {
  name: 'stored editions',
  async run({ transaction }, repair) {
    const found: Finding[] = []
    for (let last: string | undefined = ''; last !== undefined; ) {
      const position: string = last
      last = await transaction(async (tx) => {
        const batch = await tx
          .select({ ...getTableColumns(editions), stale: staleEditions.article })
          .from(editions)
          .leftJoin(staleEditions, eq(staleEditions.article, editions.article))
          .where(gt(editions.article, position))
          .orderBy(asc(editions.article))
          .limit(BATCH)
        // What is marked as stale is compiled again by the service itself.
        await checkDocuments(
          tx,
          batch.filter(({ stale }) => !stale),
          repair,
          found,
        )
        await checkReferences(tx, batch, repair, found)
        return batch.at(-1)?.article
      })
    }
    return found
  },
}

async function checkDocuments(tx: Writer, rows: EditionRow[], repair: boolean, found: Finding[]): Promise<void> {
  const stored = new Map(rows.map((row) => [row.article, row as Record<string, unknown>]))
  for (const { article, ...compiled } of await recompile(tx, [...stored.keys()])) {
    const row = stored.get(article) ?? {}
    const wrong = Object.entries(compiled).filter(([name, value]) => row[name] !== value)
    if (wrong.length === 0) continue
    if (repair) await tx.update(editions).set(compiled).where(eq(editions.article, article))
    const names = wrong.map(([name]) => name).join(', ')
    found.push({ text: `the edition of the article ${article} is out of date: ${names}`, repaired: repair })
  }
}

async function checkReferences(tx: Writer, rows: EditionRow[], repair: boolean, found: Finding[]): Promise<void> {
  const contents = rows.map(({ article: id, publishedAt, content }) => ({
    id,
    publishedAt,
    content: content as Content,
  }))
  const references = await loadReferences(tx, contents)
  const ids = contents.map(({ id }) => id)
  const stored = ids.length === 0 ? [] : await tx.select().from(editionRefs).where(inArray(editionRefs.article, ids))
  for (const { content, ...edition } of contents) {
    const expected = liveRefs(content, references).map((ref) => keyOf({ ...ref, publishedAt: edition.publishedAt }))
    const present = stored.filter(({ article }) => article === edition.id).map(keyOf)
    if (isSameSet(expected, present)) continue
    if (repair) await putReferences(tx, edition, content, references)
    found.push({ text: `the references of the edition of the article ${edition.id} are wrong`, repaired: repair })
  }
}

const keyOf = ({ kind, ref, publishedAt }: { kind: string; ref: string; publishedAt: string }): string =>
  `${kind} ${ref} ${publishedAt}`

const isSameSet = (one: string[], other: string[]): boolean => {
  const [a, b] = [new Set(one), new Set(other)]
  return a.size === b.size && [...a].every((key) => b.has(key))
}

/** The stored counts of articles against the references of the editions. */
export const checkCounts: Check = {
  name: 'counts of articles',
  run: ({ transaction }, repair) =>
    transaction(async (tx) => {
      const counted = await tx
        .select({ kind: editionRefs.kind, ref: editionRefs.ref, editions: count() })
        .from(editionRefs)
        .where(inArray(editionRefs.kind, [...countedKinds]))
        .groupBy(editionRefs.kind, editionRefs.ref)
      const stored = await tx.select().from(refCounts)
      const difference = new Map<string, { kind: string; ref: string; delta: number }>()
      const add = (kind: string, ref: string, delta: number) => {
        const key = `${kind} ${ref}`
        difference.set(key, { kind, ref, delta: (difference.get(key)?.delta ?? 0) + delta })
      }
      for (const { kind, ref, editions } of counted) add(kind, ref, editions)
      for (const { kind, ref, editions } of stored) add(kind, ref, -editions)
      const wrong = [...difference.values()].filter(({ delta }) => delta !== 0)
      if (repair) await addToArticleCounts(tx, wrong)
      return wrong.map(({ kind, ref, delta }) => ({
        text: `the count of the ${kind} ${ref} is ${Math.abs(delta)} too ${delta > 0 ? 'low' : 'high'}`,
        repaired: repair,
      }))
    }),
}

/** The two full-text indexes, each with the table that has its keys. */
const indexes = [
  {
    name: 'the index of editions',
    index: editionIndex,
    table: editions,
    id: editions.article,
    hasEntry: undefined,
    unindexed: { searchKey: null },
  },
  // A working copy that is live as it is, or is not indexed yet, has no entry.
  {
    name: 'the index of working copies',
    index: draftIndex,
    table: articles,
    id: articles.id,
    hasEntry: isIndexed,
    unindexed: { searchKey: null, indexedVersion: null },
  },
] as const

type FulltextIndex = (typeof indexes)[number]

/** Whether each edition and each working copy has an entry in its index, and the indexes have no others. */
export const checkIndexes: Check[] = indexes.map((entry) => ({
  name: entry.name,
  async run(storage: Storage, repair: boolean) {
    const found = await storage.transaction(async (tx) => {
      const missing = await missingFrom(tx, entry)
      const foreign = await foreignIn(tx, entry)
      if (repair) await removeEntries(tx, entry, missing, foreign)
      return [
        ...missing.map((id) => ({ text: `the article ${id} is not in it`, repaired: repair })),
        ...foreign.map((key) => ({ text: `its entry ${key} belongs to no article`, repaired: repair })),
      ]
    })
    if (repair) await completeIndexes(storage)
    return found
  },
}))

/** The ids of articles that are not in an index. */
async function missingFrom(tx: Writer, { index, table, id, hasEntry }: FulltextIndex): Promise<string[]> {
  const rows = await tx
    .select({ id })
    .from(table)
    .leftJoin(index, eq(index.key, table.searchKey))
    .where(and(isNull(index.key), hasEntry))
  return rows.map((row) => row.id)
}

/** The keys of entries of an index that no article has. */
async function foreignIn(tx: Writer, { index, table }: FulltextIndex): Promise<number[]> {
  const keys = tx.select({ key: table.searchKey }).from(table).where(isNotNull(table.searchKey))
  const rows = await tx.select({ key: index.key }).from(index).where(notInArray(index.key, keys))
  return rows.map(({ key }) => key)
}

/** How many articles one statement changes: databases limit the parameters of a statement. */
const AT_ONCE = 1_000

/** Removes foreign entries from an index, and the keys of articles that are missing from it, so that they are indexed. */
async function removeEntries(tx: Writer, entry: FulltextIndex, missing: string[], foreign: number[]): Promise<void> {
  for (let from = 0; from < missing.length; from += AT_ONCE) {
    const some = inArray(entry.id, missing.slice(from, from + AT_ONCE))
    await tx.update(entry.table).set(entry.unindexed).where(some)
  }
  for (const key of foreign) await deleteTokens(tx, entry.index === editionIndex ? 'live' : 'drafts', key)
}
