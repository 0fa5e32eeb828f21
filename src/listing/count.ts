/** How many live articles a plan leads to. */
import { and, eq } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { editionIndex } from '../storage/fulltext.ts'
import { placeholder, preparedVariants } from '../storage/prepared-statements.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import {
  type AccessPath,
  type ConditionKinds,
  type Conditions,
  conditionsFor,
  inIndex,
  isOfReference,
  predicates,
  timePredicates,
} from './predicates.ts'

/** What is counted: what is found by the lead, if the conditions hold. */
export interface Countable {
  lead: AccessPath
  /** Values that the lead takes, by their names. */
  values: Record<string, unknown>
  conditions: Conditions
}

interface Counting {
  lead: AccessPath
  conditions: ConditionKinds
  /** Whether it is counted up to a limit. */
  isBounded: boolean
}

const selectCount = preparedVariants('count', (db, text: string) => {
  const { lead, conditions, isBounded } = JSON.parse(text) as Counting
  const counted = rowsOf(db, lead, conditions)
  const rows = isBounded ? counted.limit(placeholder('limit')) : counted
  return db.select({ count: countOf }).from(rows.as('counted'))
})

function rowsOf(db: Reader, lead: AccessPath, conditions: ConditionKinds) {
  if (lead === 'editions')
    return db
      .select({ one: editions.searchKey })
      .from(editions)
      .where(and(...predicates(conditions, editions)))
      .$dynamic()
  const { publishedAt, updatedAt } = conditions
  const updated = timePredicates('updatedAt', updatedAt, editions.updatedAt)
  if (lead === 'index') {
    const rows = db.select({ one: editionIndex.key }).from(editionIndex).$dynamic()
    if (updated.length === 0) return rows.where(inIndex)
    return rows.innerJoin(editions, eq(editions.searchKey, editionIndex.key)).where(and(inIndex, ...updated))
  }
  const rows = db.select({ one: editionRefs.article }).from(editionRefs).$dynamic()
  const where = and(isOfReference, ...timePredicates('publishedAt', publishedAt, editionRefs.publishedAt))
  if (updated.length === 0) return rows.where(where)
  return rows.innerJoin(editions, eq(editions.article, editionRefs.article)).where(and(where, ...updated))
}

/** How many there are; it counts no further than `limit`, if there is one. */
export async function countMatching(
  db: Reader,
  { lead, values, conditions }: Countable,
  limit?: number,
): Promise<number> {
  const shape: Counting = { lead, conditions: conditions.shape, isBounded: limit !== undefined }
  const [row] = await selectCount(db, JSON.stringify(shape), { ...conditions.values, ...values, limit })
  return row?.count ?? 0
}

/** Whether there are few; of all editions only the times of update count, which an index answers. */
export async function isSmall(db: Reader, { lead, values, conditions }: Countable, few: number): Promise<boolean> {
  const { updatedAt } = conditions.shape
  const shape = lead === 'editions' ? { ...conditionsFor([], {}).shape, updatedAt } : conditions.shape
  return (await countMatching(db, { lead, values, conditions: { ...conditions, shape } }, few + 1)) <= few
}
