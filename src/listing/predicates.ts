/**
 * The predicates (SQL conditions) of a query for live articles. A template says which predicates there are, without
 * their values; the values are bound by name. So one prepared statement serves all queries with the same template.
 */
import { and, eq, gt, gte, lt, lte, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { TimeFilter } from '../editions/index-key.ts'
import { isEditionMatching } from '../storage/fulltext.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { ArticleFilters } from './filters.ts'
import type { ReferenceFilter } from './reference-filters.ts'

const comparisons = { gte, gt, lte, lt }
type Operator = keyof typeof comparisons

/** Filters as queries take them. */
export interface Criteria extends Pick<ArticleFilters, 'publishedAt' | 'updatedAt' | 'externalId'> {
  /** The references that articles must have, one of each filter. None of the filters is empty. */
  refs: ReferenceFilter[]
  /** The full-text query for the words that are searched for. */
  words?: string | undefined
  /** The id of the only article that can match. */
  article?: string | undefined
}

/** Which predicates a query has, without their values. */
export interface PredicateTemplate {
  /** For each filter by reference: its kind, and how many alternatives it has. */
  refs: [kind: string, count: number][]
  publishedAt: Operator[]
  updatedAt: Operator[]
  externalId: boolean
  article: boolean
  words: boolean
}

/** Predicates: the template, and the values that are bound to its placeholders, by their names. */
export interface Predicates {
  template: PredicateTemplate
  values: Record<string, unknown>
}

/** The predicates for criteria, or for some of them. */
export function predicatesFor({
  refs = [],
  publishedAt,
  updatedAt,
  externalId,
  article,
  words,
}: Partial<Criteria>): Predicates {
  const operators = (filter: TimeFilter = []) => filter.map(([operator]) => operator)
  const values: Record<string, unknown> = { externalId, article, words }
  for (const [operator, time] of publishedAt ?? []) values[`publishedAt ${operator}`] = time
  for (const [operator, time] of updatedAt ?? []) values[`updatedAt ${operator}`] = time
  for (const [filter, { ids }] of refs.entries())
    for (const [index, id] of ids.entries()) values[placeholderName(filter, index)] = id
  const template = {
    refs: refs.map(({ kind, ids }): [string, number] => [kind, ids.length]),
    publishedAt: operators(publishedAt),
    updatedAt: operators(updatedAt),
    externalId: externalId !== undefined,
    article: article !== undefined,
    words: words !== undefined,
  }
  return { template, values }
}

/**
 * How a query reaches its rows: `reference` reads the editions that refer to one thing (`edition_refs`), `index` the
 * matches of a full-text query, `editions` scans the table of editions.
 */
export type AccessPath = 'reference' | 'index' | 'editions'

/** The columns that predicates are put on: those of a table, of a join or of a subquery. */
export type PredicateColumns = Record<'publishedAt' | 'updatedAt' | 'article' | 'searchKey', SQLiteColumn>

/** The columns of `edition_refs` joined with `editions`. */
export const referenceColumns: PredicateColumns = {
  publishedAt: editionRefs.publishedAt,
  updatedAt: editions.updatedAt,
  article: editionRefs.article,
  searchKey: editions.searchKey,
}

/** The predicates of a template as SQL with named placeholders, on these columns. */
export const predicateSql = (
  { refs, publishedAt, updatedAt, externalId, article, words }: PredicateTemplate,
  columns: PredicateColumns,
): SQL[] => [
  ...refs.map(([kind, count], filter) => refersToAnySql(kind, placeholdersOf(filter, count), columns)),
  ...(externalId ? [eq(editions.externalId, sql.placeholder('externalId'))] : []),
  ...(article ? [eq(columns.article, sql.placeholder('article'))] : []),
  ...(words ? [hasWordsSql(columns)] : []),
  ...timePredicateSql('publishedAt', publishedAt, columns.publishedAt),
  ...timePredicateSql('updatedAt', updatedAt, columns.updatedAt),
]

const hasWordsSql = ({ searchKey }: PredicateColumns) => isEditionMatching(searchKey, sql.placeholder('words'))

/** The predicates on one time as SQL. */
export const timePredicateSql = (
  name: 'publishedAt' | 'updatedAt',
  operators: Operator[],
  column: SQLiteColumn,
): SQL[] => operators.map((operator) => comparisons[operator](column, sql.placeholder(`${name} ${operator}`)))

/** Compares every column of the primary key of `edition_refs`, so that the lookup needs no scan. */
const refersToAnySql = (kind: string, refs: Placeholder[], columns: PredicateColumns): SQL => sql`exists (
  select 1 from ${editionRefs} other
  where other.kind = ${kind} and other.ref in ${refs}
    and other.published_at = ${columns.publishedAt} and other.article = ${columns.article})`

/** The placeholders of one filter by reference. */
const placeholdersOf = (filter: number, count: number): Placeholder[] =>
  Array.from({ length: count }, (_, index) => sql.placeholder(placeholderName(filter, index)))

const placeholderName = (filter: number, index: number): string => `ref ${filter} ${index}`

/** Selects the rows of access path `reference`; takes the values `kind` and `ref`. */
export const isOfReferenceSql = and(
  eq(editionRefs.kind, sql.placeholder('kind')),
  eq(editionRefs.ref, sql.placeholder('ref')),
)

/** The matches that access path `index` reads; takes the values `query`, `low` and `high` (a range of index keys). */
export const indexRange = {
  query: sql.placeholder('query'),
  low: sql.placeholder('low'),
  high: sql.placeholder('high'),
}

/** Whether a template has no predicate. */
export const isEmptyTemplate = (template: PredicateTemplate): boolean =>
  Object.values(template).every((one) => one === false || (Array.isArray(one) && one.length === 0))
