import { gt, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { resolveIds } from '../catalogue/resolve.ts'
import { withDescendants } from '../catalogue/sections.ts'
import { filterKinds, type LiveRef, NONE } from '../editions/content.ts'
import type { TimeFilter } from '../editions/index-key.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleFilters } from './filters.ts'

const comparisons = { gte, gt, lte, lt }

/** A time filter on a column. */
export const timeFilterSql = (filter: TimeFilter, column: SQLiteColumn | SQL): SQL[] =>
  filter.map(([operator, value]) => comparisons[operator](column as SQLiteColumn, value))

/** A filter by any of some values, separated by commas. */
export const anyOfSql = (column: SQLiteColumn, values: string | undefined): SQL | undefined =>
  values === undefined ? undefined : inArray(column, values.split(','))

/** What matches nothing. */
export const noneSql = sql`1 = 0`

/** Some references of one kind: an article has to have any of them. */
export interface ReferenceFilter {
  kind: LiveRef['kind']
  ids: string[]
}

/**
 * What the filters by reference ask for: each of them has to be met. What a list names and is not there is left out of
 * it; `none` stands for articles that have no reference of the kind.
 */
export async function resolveReferenceFilters(db: Reader, filters: ArticleFilters): Promise<ReferenceFilter[]> {
  const lists = filterKinds.flatMap((kind) => (filters[kind] ?? []).map((list) => ({ kind, list })))
  return Promise.all(
    lists.map(async ({ kind, list }) => {
      const references = list.split(',').map((one) => one.trim())
      const ids = await resolveIds(db, kind, references.filter((one) => one !== NONE).join(','))
      return { kind, ids: [...new Set(references.includes(NONE) ? [NONE, ...ids] : ids)] }
    }),
  )
}

/** The filter as what knows only the section itself has to be asked: by the sections and all below them. */
export async function withSubsections(db: Reader, { kind, ids }: ReferenceFilter): Promise<ReferenceFilter> {
  if (kind !== 'section') return { kind, ids }
  return { kind, ids: [...ids.filter((id) => id === NONE), ...(await withDescendants(db, ids))] }
}
