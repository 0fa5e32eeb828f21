/** How many live articles a plan leads to. */
import { and, eq } from 'drizzle-orm'
import { countOf } from '../catalogue/entry.ts'
import { editionIndex } from '../storage/fulltext.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import { placeholder, type Reader, shaped } from '../storage/storage.ts'
import { type Conditions, conditionsOf, inIndex, inTime, isReference, type Lead, met, type Shape } from './shape.ts'

/** What is counted: what is found by the lead, if the conditions hold. */
export interface Counted {
  lead: Lead
  /** Values that the lead takes, by their names. */
  values: Record<string, unknown>
  conditions: Conditions
}

interface Counting {
  lead: Lead
  conditions: Shape
  /** Whether it is counted up to a limit. */
  isBounded: boolean
}

const selectCount = shaped('count', (db, text: string) => {
  const { lead, conditions, isBounded } = JSON.parse(text) as Counting
  const counted = rowsOf(db, lead, conditions)
  const rows = isBounded ? counted.limit(placeholder('limit')) : counted
  return db.select({ count: countOf }).from(rows.as('counted'))
})

function rowsOf(db: Reader, lead: Lead, conditions: Shape) {
  if (lead === 'editions')
    return db
      .select({ one: editions.searchKey })
      .from(editions)
      .where(and(...met(conditions, editions)))
      .$dynamic()
  const { publishedAt, updatedAt } = conditions
  const updated = inTime('updatedAt', updatedAt, editions.updatedAt)
  if (lead === 'index') {
    const rows = db.select({ one: editionIndex.key }).from(editionIndex).$dynamic()
    if (updated.length === 0) return rows.where(inIndex)
    return rows.innerJoin(editions, eq(editions.searchKey, editionIndex.key)).where(and(inIndex, ...updated))
  }
  const rows = db.select({ one: editionRefs.article }).from(editionRefs).$dynamic()
  const where = and(isReference, ...inTime('publishedAt', publishedAt, editionRefs.publishedAt))
  if (updated.length === 0) return rows.where(where)
  return rows.innerJoin(editions, eq(editions.article, editionRefs.article)).where(and(where, ...updated))
}

/** How many there are; it counts no further than `limit`, if there is one. */
export async function countFound(db: Reader, { lead, values, conditions }: Counted, limit?: number): Promise<number> {
  const shape: Counting = { lead, conditions: conditions.shape, isBounded: limit !== undefined }
  const [row] = await selectCount(db, JSON.stringify(shape), { ...conditions.values, ...values, limit })
  return row?.count ?? 0
}

/** Whether there are few; of all editions only the times of update count, which an index answers. */
export async function isFew(db: Reader, { lead, values, conditions }: Counted, few: number): Promise<boolean> {
  const { updatedAt } = conditions.shape
  const shape = lead === 'editions' ? { ...conditionsOf([], {}).shape, updatedAt } : conditions.shape
  return (await countFound(db, { lead, values, conditions: { ...conditions, shape } }, few + 1)) <= few
}
