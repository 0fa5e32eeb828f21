/** How the filters of a list of live articles are met: by what they are found, and what has to hold then. */
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { articleCounts } from '../catalogue/counts.ts'
import { countOf } from '../catalogue/entry.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { timeConditions, wantedRefs } from './conditions.ts'
import type { LiveRef } from './content.ts'
import type { ArticleFilters, ArticleSort } from './filters.ts'

/** So many articles are sooner sorted than they are looked for among all. */
const FEW = 5_000

interface Filter {
  kind: LiveRef['kind']
  ids: string[]
  /** How many articles there are behind the filter; one of several ids may count twice. */
  total: number
}

export interface Plan {
  /** The articles of any of these are gone through, by their references; null to go through the editions. */
  leaders: LiveRef[] | null
  /** What has to hold for what is found. */
  where: SQL | undefined
  /** What it is sorted by. */
  key: SQLiteColumn | SQL
  /** How many articles match, where that is known: behind one reference. */
  total: number | undefined
}

/**
 * The plan for the filters, or null if nothing can match. References are in the order of publication: for this order the
 * rarest of the filters leads. In another order what it leads to has to be sorted; if that is much, the editions are gone
 * through in the order wanted, which soon makes a page, since much of them matches. Few editions of some time of update
 * are sorted, too.
 */
export async function plan(db: Reader, filters: ArticleFilters, sort: ArticleSort): Promise<Plan | null> {
  if (filters.status !== undefined && !filters.status.split(',').includes('published')) return null
  const wanted = await filtersOf(db, filters)
  if (wanted.some(({ ids }) => ids.length === 0)) return null
  const [rarest] = wanted.toSorted((a, b) => a.total - b.total)
  const isByTime = sort.endsWith('publishedAt')
  const updated = timeConditions(filters.updatedAt, editions.updatedAt)
  const isOfFewUpdates = isByTime && updated.length > 0 && (await isFew(db, editions, updated))
  const mayLead = rarest && filters.externalId === undefined && !isOfFewUpdates
  const leader = mayLead && (isByTime || (await leadsToFew(db, rarest, filters))) ? rarest : undefined
  const found = leader ? editionRefs : editions
  const isAlone = wanted.length === 1 && rarest?.ids.length === 1 && !hasOther(filters)
  return {
    leaders: leader ? refsOf(leader) : null,
    total: isAlone ? rarest.total : undefined,
    key: isByTime ? (isOfFewUpdates ? unindexed(found.publishedAt) : found.publishedAt) : columnOf(sort),
    where: and(
      ...wanted.filter((one) => one !== leader).map((one) => refersToAny(one, found)),
      filters.externalId === undefined ? undefined : eq(editions.externalId, filters.externalId),
      ...timeConditions(filters.publishedAt, found.publishedAt),
      ...updated,
    ),
  }
}

const columnOf = (sort: ArticleSort) => (sort.endsWith('updatedAt') ? editions.updatedAt : editions.sortHeadline)

/** The column, so that SQLite goes through no index of it but sorts what another index finds. */
const unindexed = (column: SQLiteColumn): SQL => sql`coalesce(${column}, ${column})`.mapWith(column)

/** Whether there are filters by something else than references. */
const hasOther = ({ externalId, publishedAt, updatedAt }: ArticleFilters): boolean =>
  externalId !== undefined || publishedAt.length + updatedAt.length > 0

const refsOf = ({ kind, ids }: Filter): LiveRef[] => ids.map((ref) => ({ kind, ref }))

/** The filters by reference; of the ids in them only those that any article refers to. */
async function filtersOf(db: Reader, filters: ArticleFilters): Promise<Filter[]> {
  const named: Omit<Filter, 'total'>[] = await wantedRefs(db, filters)
  if (filters.language !== undefined) named.push({ kind: 'language', ids: filters.language.split(',') })
  return Promise.all(
    named.map(async ({ kind, ids }) => {
      const countOfId = await articleCounts(db, kind, ids)
      const found = [...new Set(ids)].filter((id) => countOfId(id) > 0)
      return { kind, ids: found, total: found.reduce((sum, id) => sum + countOfId(id), 0) }
    }),
  )
}

async function leadsToFew(db: Reader, leader: Filter, { publishedAt }: ArticleFilters): Promise<boolean> {
  if (leader.total <= FEW || publishedAt.length === 0) return leader.total <= FEW
  return isFew(db, editionRefs, [ofAny(refsOf(leader)), ...timeConditions(publishedAt, editionRefs.publishedAt)])
}

/** Whether few rows meet the conditions, which an index answers; it looks at no more than that. */
async function isFew(
  db: Reader,
  table: typeof editionRefs | typeof editions,
  conditions: (SQL | undefined)[],
): Promise<boolean> {
  const rows = db
    .select({ article: table.article })
    .from(table)
    .where(and(...conditions))
    .limit(FEW + 1)
    .as('few')
  const [row] = await db.select({ count: countOf }).from(rows)
  return (row?.count ?? 0) <= FEW
}

/** Looked up by the whole primary key: a reference has the article's time of publication. */
const refersToAny = ({ kind, ids }: Filter, found: typeof editionRefs | typeof editions): SQL => sql`exists (
  select 1 from ${editionRefs} other
  where other.kind = ${kind} and other.ref in ${ids}
    and other.published_at = ${found.publishedAt} and other.article = ${found.article})`

/** That a row of `editionRefs` is one of these, which are of one kind. */
export const ofAny = (refs: LiveRef[]): SQL | undefined =>
  and(
    eq(editionRefs.kind, refs[0]?.kind ?? ''),
    inArray(
      editionRefs.ref,
      refs.map(({ ref }) => ref),
    ),
  )
