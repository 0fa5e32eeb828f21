/**
 * The shape of what a list asks for. Conditions take their values by name, so that a statement is prepared once for each
 * shape of a query, and not for each query.
 */
import { and, eq, gt, gte, lt, lte, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { TimeFilter } from '../editions/index-key.ts'
import { editionIndex, matchesIndex } from '../storage/fulltext.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { ArticleFilters } from './filters.ts'
import type { ReferenceFilter } from './reference-filters.ts'

const comparisons = { gte, gt, lte, lt }
type Operator = keyof typeof comparisons

/** Filters, and the article that their path leads to. */
export type ResolvedFilters = ArticleFilters & { article?: string | undefined }

/** What there are conditions on, without the values. */
export interface PredicateTemplate {
  /** Each filter by reference: its kind, and how many there are to choose from. */
  refs: [kind: string, count: number][]
  publishedAt: Operator[]
  updatedAt: Operator[]
  externalId: boolean
  article: boolean
  words: boolean
}

/** What has to hold: its shape, and the values in it by their names. */
export interface Predicates {
  template: PredicateTemplate
  values: Record<string, unknown>
}

/** The conditions that some filters make; `words` is what they ask of the index. */
export function predicatesFor(
  refs: ReferenceFilter[],
  { publishedAt, updatedAt, externalId, article }: Partial<ResolvedFilters>,
  words?: string,
): Predicates {
  const operators = (filter: TimeFilter = []) => filter.map(([operator]) => operator)
  const values: Record<string, unknown> = { externalId, article, words }
  for (const [operator, time] of publishedAt ?? []) values[`publishedAt ${operator}`] = time
  for (const [operator, time] of updatedAt ?? []) values[`updatedAt ${operator}`] = time
  for (const [filter, { ids }] of refs.entries())
    for (const [index, id] of ids.entries()) values[nameOf(filter, index)] = id
  const shape = {
    refs: refs.map(({ kind, ids }): [string, number] => [kind, ids.length]),
    publishedAt: operators(publishedAt),
    updatedAt: operators(updatedAt),
    externalId: externalId !== undefined,
    article: article !== undefined,
    words: words !== undefined,
  }
  return { template: shape, values }
}

/** Where articles are found: by one reference, in the index, or among all editions. */
export type AccessPath = 'reference' | 'index' | 'editions'

/** What is gone through: references, the index, editions, or a part of these. */
export type PredicateColumns = Record<'publishedAt' | 'updatedAt' | 'article' | 'searchKey', SQLiteColumn>

/** Rows of references, beside their editions. */
export const referenceColumns: PredicateColumns = {
  publishedAt: editionRefs.publishedAt,
  updatedAt: editions.updatedAt,
  article: editionRefs.article,
  searchKey: editions.searchKey,
}

/** The conditions of the shape, for what is gone through. */
export const predicateSql = (
  { refs, publishedAt, updatedAt, externalId, article, words }: PredicateTemplate,
  found: PredicateColumns,
): SQL[] => [
  ...refs.map(([kind, count], filter) => refersToAny(kind, named(filter, count), found)),
  ...(externalId ? [eq(editions.externalId, sql.placeholder('externalId'))] : []),
  ...(article ? [eq(found.article, sql.placeholder('article'))] : []),
  ...(words ? [hasWords(found)] : []),
  ...timePredicateSql('publishedAt', publishedAt, found.publishedAt),
  ...timePredicateSql('updatedAt', updatedAt, found.updatedAt),
]

/** That an edition has all the words. */
const hasWords = ({ searchKey }: PredicateColumns) =>
  sql`${searchKey} in (select ${editionIndex.key} from ${editionIndex} where ${matchesIndex(sql.placeholder('words'))})`

/** The time filters alone. */
export const timePredicateSql = (
  name: 'publishedAt' | 'updatedAt',
  operators: Operator[],
  column: SQLiteColumn,
): SQL[] => operators.map((operator) => comparisons[operator](column, sql.placeholder(`${name} ${operator}`)))

/** Looked up by the whole primary key: a reference has the article's time of publication. */
const refersToAny = (kind: string, refs: Placeholder[], found: PredicateColumns): SQL => sql`exists (
  select 1 from ${editionRefs} other
  where other.kind = ${kind} and other.ref in ${refs}
    and other.published_at = ${found.publishedAt} and other.article = ${found.article})`

/** The values of one of the filters by reference. */
const named = (filter: number, count: number): Placeholder[] =>
  Array.from({ length: count }, (_, index) => sql.placeholder(nameOf(filter, index)))

const nameOf = (filter: number, index: number): string => `ref ${filter} ${index}`

/** That a row of `editionRefs` is of the one reference that leads. */
export const isOfReferenceSql = and(
  eq(editionRefs.kind, sql.placeholder('kind')),
  eq(editionRefs.ref, sql.placeholder('ref')),
)

/** That a row of the index matches, and is of the times that are wanted. */
export const isIndexMatchSql = and(
  matchesIndex(sql.placeholder('query')),
  gte(editionIndex.key, sql.placeholder('low')),
  lte(editionIndex.key, sql.placeholder('high')),
)
