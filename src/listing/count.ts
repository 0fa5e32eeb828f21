/** Counts live articles. */
import { and, eq } from 'drizzle-orm'
import { rowCount } from '../catalogue/entry.ts'
import { editionIndex, editionMatches } from '../storage/fulltext.ts'
import { placeholder, preparedVariants } from '../storage/prepared-statements.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import {
  type AccessPath,
  indexRange,
  isOfReferenceSql,
  type Predicates,
  type PredicateTemplate,
  predicateSql,
  predicatesFor,
  timePredicateSql,
} from './predicates.ts'

/** A query whose matches can be counted. */
export interface CountQuery {
  accessPath: AccessPath
  /** The values that the access path takes, by their names. */
  values: Record<string, unknown>
  predicates: Predicates
}

/** The variant of a statement that counts. */
interface CountVariant {
  accessPath: AccessPath
  template: PredicateTemplate
  /** Whether counting ends at a limit. */
  isBounded: boolean
}

const selectCount = preparedVariants(
  'count',
  (db, { accessPath, template, isBounded }: CountVariant) => {
    const matches = matchesOf(db, accessPath, template)
    const counted = isBounded ? matches.limit(placeholder('limit')) : matches
    return db.select({ count: rowCount }).from(counted.as('counted'))
  },
  JSON.stringify,
)

function matchesOf(db: Reader, accessPath: AccessPath, template: PredicateTemplate) {
  if (accessPath === 'editions')
    return db
      .select({ one: editions.searchKey })
      .from(editions)
      .where(and(...predicateSql(template, editions)))
      .$dynamic()
  const { publishedAt, updatedAt } = template
  const updated = timePredicateSql('updatedAt', updatedAt, editions.updatedAt)
  if (accessPath === 'index') {
    const { source, where } = editionMatches(indexRange)
    const matches = db.select({ one: editionIndex.key }).from(source).$dynamic()
    if (updated.length === 0) return matches.where(where)
    return matches.innerJoin(editions, eq(editions.searchKey, editionIndex.key)).where(and(where, ...updated))
  }
  const matches = db.select({ one: editionRefs.article }).from(editionRefs).$dynamic()
  const where = and(isOfReferenceSql, ...timePredicateSql('publishedAt', publishedAt, editionRefs.publishedAt))
  if (updated.length === 0) return matches.where(where)
  return matches.innerJoin(editions, eq(editions.article, editionRefs.article)).where(and(where, ...updated))
}

/** How many articles match; with a `limit`, counting ends there and gives the limit. */
export async function countMatching(
  db: Reader,
  { accessPath, values, predicates }: CountQuery,
  limit?: number,
): Promise<number> {
  const variant = { accessPath, template: predicates.template, isBounded: limit !== undefined }
  const [row] = await selectCount(db, variant, { ...predicates.values, ...values, limit })
  return row?.count ?? 0
}

/**
 * Whether at most `max` articles match. Of the predicates on access path `editions` only those on `updatedAt` are
 * counted, which an index of the table answers: then it is an upper bound.
 */
export async function isSmall(
  db: Reader,
  { accessPath, values, predicates }: CountQuery,
  max: number,
): Promise<boolean> {
  const { updatedAt } = predicates.template
  const template = accessPath === 'editions' ? { ...predicatesFor({}).template, updatedAt } : predicates.template
  return (await countMatching(db, { accessPath, values, predicates: { ...predicates, template } }, max + 1)) <= max
}
