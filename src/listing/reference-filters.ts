import { gt, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { NONE } from '../access/references.ts'
import { resolveIds } from '../catalogue/resolve.ts'
import { withDescendants } from '../catalogue/section-tree.ts'
import { filterKinds, type LiveRef } from '../editions/content.ts'
import type { TimeFilter } from '../editions/index-key.ts'
import { loadMedia } from '../media/loader.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleFilters } from './filters.ts'

const comparisons = { gte, gt, lte, lt }

/** A time filter as predicates on a column. */
export const timeFilterSql = (filter: TimeFilter, column: SQLiteColumn | SQL): SQL[] =>
  filter.map(([operator, value]) => comparisons[operator](column as SQLiteColumn, value))

/** The predicate that a column has one of some values, separated by commas; undefined for no filter. */
export const anyOfSql = (column: SQLiteColumn, values: string | undefined): SQL | undefined =>
  values === undefined ? undefined : inArray(column, values.split(','))

/** A predicate that matches nothing. */
export const noneSql = sql`1 = 0`

/** A filter by references of one kind: an article must have at least one of them. */
export interface ReferenceFilter {
  kind: LiveRef['kind']
  ids: string[]
}

/**
 * The filters by reference with ids in place of slugs and paths; an article must match all of them. Unknown references
 * are left out, so that `ids` may be empty: then nothing matches. `none` matches articles with no reference of the kind.
 */
export async function resolveReferenceFilters(db: Reader, filters: ArticleFilters): Promise<ReferenceFilter[]> {
  const resolved: Promise<ReferenceFilter>[] = []
  for (const kind of filterKinds) for (const list of filters[kind] ?? []) resolved.push(resolveList(db, kind, list))
  return resolved.length === 0 ? [] : Promise.all(resolved)
}

async function resolveList(db: Reader, kind: ReferenceFilter['kind'], list: string): Promise<ReferenceFilter> {
  const references = list.split(',').map((reference) => reference.trim())
  const ids = await resolveIds(db, kind, references.filter((reference) => reference !== NONE).join(','))
  return { kind, ids: [...new Set(references.includes(NONE) ? [NONE, ...ids] : ids)] }
}

/** The filters without media that may not be shown: no live article shows it. */
export async function shownReferences(db: Reader, filters: ReferenceFilter[]): Promise<ReferenceFilter[]> {
  const media = filters.flatMap(({ kind, ids }) => (kind === 'media' ? ids : []))
  if (media.length === 0) return filters
  const { available } = await loadMedia(db, media)
  return filters.map(({ kind, ids }) => ({ kind, ids: kind === 'media' ? ids.filter(available) : ids }))
}

/** The filter for an index that has only an article's own section: a section is replaced by itself and all below it. */
export async function withSubsections(db: Reader, { kind, ids }: ReferenceFilter): Promise<ReferenceFilter> {
  if (kind !== 'section') return { kind, ids }
  return { kind, ids: [...ids.filter((id) => id === NONE), ...(await withDescendants(db, ids))] }
}
