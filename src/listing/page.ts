/** Runs the query of a list of live articles: gives the ids on a page. What is shown of them is fetched by these ids. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { articleCountOf } from '../catalogue/article-counts.ts'
import {
  type KeyRange,
  keysOfMillisecond,
  millisecondsOf,
  publishedAtOf,
  SEQUENCE_BITS,
} from '../editions/index-key.ts'
import { editionIndex, editionMatches } from '../storage/fulltext.ts'
import {
  checkCursorKeys,
  type Page,
  type PageRequest,
  type PageStart,
  pageOf,
  pageStart,
  preparedKeyset,
  preparedKeysetValues,
} from '../storage/keyset.ts'
import { packedRows } from '../storage/packed-rows.ts'
import { placeholder } from '../storage/prepared-statements.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { undecodedRows } from '../storage/undecoded-rows.ts'
import { countMatching } from './count.ts'
import type { ArticleSort } from './filters.ts'
import {
  type AccessPath,
  type Criteria,
  indexRange,
  isEmptyTemplate,
  isOfReferenceSql,
  type PredicateTemplate,
  predicateSql,
  referenceColumns,
} from './predicates.ts'
import { listOrder, planQuery, type QueryPlan, sortColumnOf } from './query.ts'

interface ListQuery {
  /** Null if nothing can match. */
  criteria: Criteria | null
  sort: ArticleSort
  /** How many matches are sorted rather than scanned in order; for tests. */
  maxSorted?: number
}

/** An article, and the value that it is sorted by. */
interface ListRow {
  article: string
  key: string
}

/** The ids of the articles on a page. Throws `invalid-cursor` for a cursor of a list with another order. */
export async function listPage(
  db: Reader,
  { criteria, sort, maxSorted }: ListQuery,
  request: PageRequest,
): Promise<Page<string>> {
  checkCursorKeys(sort.endsWith('headline') ? 'text' : 'time', request)
  if (!criteria) return { rows: [], next: null, previous: null }
  const plan = await planQuery(db, criteria, sort, request, maxSorted)
  const isInIndexOrder = plan.accessPath === 'index' && sort.endsWith('publishedAt')
  const rows = await (isInIndexOrder ? rowsInIndexOrder : rowsInSortOrder)(db, plan, sort, request)
  const page = pageOf(rows, request, (row) => [row.key, row.article])
  return { ...page, rows: page.rows.map(({ article }) => article) }
}

/** The variant of the statement for a page. */
interface PageVariant {
  sort: ArticleSort
  start: PageStart
  accessPath: AccessPath
  needsSort: boolean
  template: PredicateTemplate
}

const selectPage = packedRows('list', ['article', 'key'], buildPage, JSON.stringify)

function buildPage(db: Reader, { sort, start, accessPath, needsSort, template }: PageVariant) {
  const source = accessPath === 'reference' ? referenceColumns : editions
  const key = sort.endsWith('publishedAt') ? source.publishedAt : sortColumnOf(sort)
  const slice = preparedKeyset(listOrder(sort, needsSort ? withoutIndex(key) : key, source.article), start)
  const columns = { article: source.article, key: key as typeof editions.updatedAt }
  const where = and(...predicateSql(template, source), slice.where)
  const needsEdition = key.table === editions || template.updatedAt.length > 0
  // Cross joins, because SQLite does not reorder their tables.
  const selected = {
    editions: () => db.select(columns).from(editions).where(where),
    index: () => {
      const matches = editionMatches(indexRange)
      return db
        .select(columns)
        .from(matches.source)
        .crossJoin(editions)
        .where(and(matches.where, isIndexedSql, where))
    },
    reference: () =>
      needsEdition
        ? db
            .select(columns)
            .from(editionRefs)
            .crossJoin(editions)
            .where(and(isOfReferenceSql, eq(editions.article, editionRefs.article), where))
        : db.select(columns).from(editionRefs).where(and(isOfReferenceSql, where)),
  }[accessPath]()
  return selected.orderBy(...slice.orderBy).limit(placeholder('limit'))
}

const isIndexedSql = eq(editions.searchKey, editionIndex.key)

/** The column in an expression, so that SQLite sorts the matches instead of scanning an index of the column. */
const withoutIndex = (column: SQLiteColumn): SQL => sql`coalesce(${column}, ${column})`.mapWith(column)

/** The rows of a page in the order of the list, and one more if there is one. */
async function rowsInSortOrder(
  db: Reader,
  { accessPath, values, predicates, needsSort }: QueryPlan,
  sort: ArticleSort,
  request: PageRequest,
): Promise<ListRow[]> {
  const { template } = predicates
  const limit = request.limit + 1
  const variant: PageVariant = { sort, start: pageStart(request), accessPath, needsSort, template }
  return selectPage(db, variant, {
    ...predicates.values,
    ...values,
    ...preparedKeysetValues(request),
    limit,
  })
}

/** The variant of the statement for a range of index keys. */
interface RangeVariant {
  isDescending: boolean
  /** Whether the page begins at the edge of the list, not at the position of a cursor. */
  isFromEdge: boolean
  template: PredicateTemplate
}

const selectRange = undecodedRows<{ article: string; key: number }, RangeVariant>(
  'list_range',
  ['article', 'key'],
  (db, { isDescending, isFromEdge, template }) => {
    const position = sql`(${editionIndex.key} >> ${sql.raw(String(SEQUENCE_BITS))}, ${editions.article})`
    const cursor = sql`(${sql.placeholder('millisecond')}, ${sql.placeholder('id')})`
    const afterCursor = isFromEdge ? undefined : sql`${position} ${sql.raw(isDescending ? '<' : '>')} ${cursor}`
    const { source, where } = editionMatches(indexRange, {
      direction: isDescending ? 'desc' : 'asc',
      ...(isFromEdge && isEmptyTemplate(template) && { limit: placeholder('limit') }),
    })
    return db
      .select({ article: editions.article, key: editionIndex.key })
      .from(source)
      .crossJoin(editions)
      .where(and(where, isIndexedSql, ...predicateSql(template, editions), afterCursor))
      .orderBy(sql`${editionIndex.key} ${sql.raw(isDescending ? 'desc' : 'asc')}`)
      .limit(placeholder('limit'))
  },
  JSON.stringify,
)

/**
 * The rows of a page by publication, and one more if there is one, in the order of the full-text index. That is the
 * order of the list except within one millisecond, where the list is sorted by id. So the last millisecond of the page
 * is read completely before the rows are sorted.
 */
async function rowsInIndexOrder(
  db: Reader,
  { values, predicates }: QueryPlan,
  sort: ArticleSort,
  { from, limit }: PageRequest,
): Promise<ListRow[]> {
  const { low, high } = values as unknown as KeyRange
  const isDescending = sort.startsWith('-') !== (from?.back ?? false)
  const millisecond = from && Date.parse(String(from.keys[0]))
  const select = (range: KeyRange, rowLimit: number) => {
    const variant = { isDescending, isFromEdge: from === null, template: predicates.template }
    const cursor = { millisecond, id: from?.keys[1] }
    return selectRange(db, variant, { ...predicates.values, ...values, ...range, ...cursor, limit: rowLimit })
  }
  const edge = millisecond === null ? { low, high } : keysOfMillisecond(millisecond)
  const count = limit + 1
  const rows = await select(
    isDescending ? { low, high: Math.min(high, edge.high) } : { low: Math.max(low, edge.low), high },
    count,
  )
  const last = rows.at(-1)
  if (last && rows.length === count) {
    const same = keysOfMillisecond(millisecondsOf(last.key))
    const rest = isDescending
      ? { low: Math.max(low, same.low), high: last.key - 1 }
      : { low: last.key + 1, high: Math.min(high, same.high) }
    if (rest.low <= rest.high) rows.push(...(await select(rest, rest.high - rest.low + 1)))
  }
  return rows
    .map(({ article, key }) => ({ article, key: publishedAtOf(key) }))
    .sort((a, b) => (isDescending ? -1 : 1) * compareRows(a, b))
    .slice(0, count)
}

/** Compares code units, which equals the byte order of the databases: times and ids are ASCII. */
function compareRows(a: ListRow, b: ListRow): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1
  return a.article < b.article ? -1 : 1
}

/** How many live articles match the criteria. For a single reference the stored count is read. */
export async function countList(db: Reader, criteria: Criteria | null): Promise<number> {
  if (!criteria) return 0
  const { publishedAt, updatedAt } = criteria
  const plan = await planQuery(db, criteria, '-publishedAt', { limit: 1, from: null })
  const hasStoredCount = plan.accessPath === 'reference' && publishedAt.length + updatedAt.length === 0
  return hasStoredCount ? articleCountOf(db, plan.values as { kind: string; ref: string }) : countMatching(db, plan)
}
