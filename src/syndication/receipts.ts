/** Up to where partners have taken note of the changes. */
import { and, desc, eq, sql } from 'drizzle-orm'
import { covers } from '../access/grants.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { type ChangeType, lastSeq } from '../changes/log.ts'
import { apiKeys, changes, receipts } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** Notes that a key has taken note of the changes up to one; never of fewer than before. Gives up to which it has. */
export async function acknowledge(
  tx: Writer,
  key: string,
  seq: number,
  act: WriteContext,
): Promise<{ seq: number; at: string }> {
  const [before] = await tx.select().from(receipts).where(eq(receipts.key, key))
  if (before && before.seq >= seq) return before
  const row = { key, seq, at: act.now }
  await tx.insert(receipts).values(row).onConflictDoUpdate({ target: receipts.key, set: row })
  await audit(tx, act, { action: 'changes.acknowledge', target: key, from: before?.seq ?? null, to: seq })
  return row
}

const partners = (db: Reader) =>
  db
    .select({ id: apiKeys.id, name: apiKeys.name, grant: apiKeys.grant, seq: receipts.seq, at: receipts.at })
    .from(apiKeys)
    .leftJoin(receipts, eq(receipts.key, apiKeys.id))
    .where(eq(apiKeys.role, 'partner'))
    .orderBy(apiKeys.name, apiKeys.id)

/** What each partner has taken note of, and how many changes it is behind. */
export async function listReceipts(db: Reader) {
  const last = await lastSeq(db)
  return (await partners(db)).map(({ id, name, seq, at }) => ({
    key: { id, name },
    seq,
    at,
    behind: last - (seq ?? 0),
  }))
}

/**
 * Who has taken note of the last change of an article, of the partners whom it concerns: those who could have it before
 * or can have it now, as `facts` of its live edition tell.
 */
export async function articleReceipts(db: Reader, article: string, facts: Parameters<typeof covers>[1] | undefined) {
  const [last] = await db
    .select()
    .from(changes)
    .where(and(eq(changes.target, article), sql`${changes.type} like 'article.%'`))
    .orderBy(desc(changes.seq))
    .limit(1)
  if (!last) return { change: null, data: [] }
  const { seq, type, at, was } = last
  const concerned = (await partners(db)).filter(
    ({ grant }) => (facts && covers(grant, facts)) || grant === null || (was && covers(grant, was)),
  )
  const data = concerned.map((one) => ({
    key: { id: one.id, name: one.name },
    noted: (one.seq ?? 0) >= seq,
    at: (one.seq ?? 0) >= seq ? one.at : null,
  }))
  return { change: { seq, type: type as ChangeType, at }, data }
}
