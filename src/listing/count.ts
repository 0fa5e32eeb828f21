/** How many live articles a plan leads to. */
import { and, eq } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { editionIndex } from '../storage/fulltext.ts'
import { placeholder, preparedVariants } from '../storage/prepared-statements.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import {
  type AccessPath,
  isIndexMatchSql,
  isOfReferenceSql,
  type Predicates,
  type PredicateTemplate,
  predicateSql,
  predicatesFor,
  timePredicateSql,
} from './predicates.ts'

/** What is counted: what is found by the lead, if the conditions hold. */
export interface CountQuery {
  accessPath: AccessPath
  /** Values that the lead takes, by their names. */
  values: Record<string, unknown>
  predicates: Predicates
}

interface Counting {
  accessPath: AccessPath
  predicates: PredicateTemplate
  /** Whether it is counted up to a limit. */
  isBounded: boolean
}

const selectCount = preparedVariants('count', (db, text: string) => {
  const { accessPath: lead, predicates: conditions, isBounded } = JSON.parse(text) as Counting
  const counted = rowsOf(db, lead, conditions)
  const rows = isBounded ? counted.limit(placeholder('limit')) : counted
  return db.select({ count: countOf }).from(rows.as('counted'))
})

function rowsOf(db: Reader, accessPath: AccessPath, predicates: PredicateTemplate) {
  if (accessPath === 'editions')
    return db
      .select({ one: editions.searchKey })
      .from(editions)
      .where(and(...predicates(predicates, editions)))
      .$dynamic()
  const { publishedAt, updatedAt } = predicates
  const updated = timePredicateSql('updatedAt', updatedAt, editions.updatedAt)
  if (accessPath === 'index') {
    const rows = db.select({ one: editionIndex.key }).from(editionIndex).$dynamic()
    if (updated.length === 0) return rows.where(isIndexMatchSql)
    return rows.innerJoin(editions, eq(editions.searchKey, editionIndex.key)).where(and(isIndexMatchSql, ...updated))
  }
  const rows = db.select({ one: editionRefs.article }).from(editionRefs).$dynamic()
  const where = and(isOfReferenceSql, ...timePredicateSql('publishedAt', publishedAt, editionRefs.publishedAt))
  if (updated.length === 0) return rows.where(where)
  return rows.innerJoin(editions, eq(editions.article, editionRefs.article)).where(and(where, ...updated))
}

/** How many there are; it counts no further than `limit`, if there is one. */
export async function countMatching(
  db: Reader,
  { accessPath: lead, values, predicates: conditions }: CountQuery,
  limit?: number,
): Promise<number> {
  const shape: Counting = { accessPath: lead, predicates: conditions.template, isBounded: limit !== undefined }
  const [row] = await selectCount(db, JSON.stringify(shape), { ...conditions.values, ...values, limit })
  return row?.count ?? 0
}

/** Whether there are few; of all editions only the times of update count, which an index answers. */
export async function isSmall(
  db: Reader,
  { accessPath: lead, values, predicates: conditions }: CountQuery,
  few: number,
): Promise<boolean> {
  const { updatedAt } = conditions.template
  const shape = lead === 'editions' ? { ...predicatesFor([], {}).template, updatedAt } : conditions.template
  return (
    (await countMatching(db, { accessPath: lead, values, predicates: { ...conditions, template: shape } }, few + 1)) <=
    few
  )
}
