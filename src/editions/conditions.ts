import { gt, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { idsOf } from '../catalogue/addresses.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleFilters, TimeFilter } from './filters.ts'

const comparisons = { gte, gt, lte, lt }

/** A time filter on a column. */
export const timeConditions = (filter: TimeFilter, column: SQLiteColumn | SQL): SQL[] =>
  filter.map(([operator, value]) => comparisons[operator](column as SQLiteColumn, value))

/** A filter by any of some values, separated by commas. */
export const anyOf = (column: SQLiteColumn, values: string | undefined): SQL | undefined =>
  values === undefined ? undefined : inArray(column, values.split(','))

/** What matches nothing. */
export const nothing = sql`1 = 0`

/** Things that articles are filtered by through the tables of references. */
export const filterKinds = ['section', 'author', 'source', 'tag'] as const

/** The ids that the filters name, for each kind that is filtered by. */
export async function wantedRefs(
  db: Reader,
  filters: ArticleFilters,
): Promise<{ kind: (typeof filterKinds)[number]; ids: string[] }[]> {
  const named = filterKinds.flatMap((kind) => (filters[kind] === undefined ? [] : [{ kind, list: filters[kind] }]))
  return Promise.all(named.map(async ({ kind, list }) => ({ kind, ids: await idsOf(db, kind, list) })))
}
