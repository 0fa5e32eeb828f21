/** Receipts: how far partners have acknowledged the changes. */
import { and, desc, eq, sql } from 'drizzle-orm'
import type { AccessAttributes } from '../access/attributes.ts'
import { covers } from '../access/grants.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { type ChangeType, lastSeq } from '../changes/log.ts'
import { apiKeys, changes, receipts } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** Records that a key has acknowledged the changes up to `seq`; it never moves back. Gives how far it has. */
export async function acknowledge(
  tx: Writer,
  key: string,
  seq: number,
  context: WriteContext,
): Promise<{ seq: number; at: string }> {
  const [before] = await tx.select().from(receipts).where(eq(receipts.key, key))
  if (before && before.seq >= seq) return before
  const row = { key, seq, at: context.now }
  await tx.insert(receipts).values(row).onConflictDoUpdate({ target: receipts.key, set: row })
  await audit(tx, context, { action: 'changes.acknowledge', target: key, from: before?.seq ?? null, to: seq })
  return row
}

const selectPartners = (db: Reader) =>
  db
    .select({ id: apiKeys.id, name: apiKeys.name, grant: apiKeys.grant, seq: receipts.seq, at: receipts.at })
    .from(apiKeys)
    .leftJoin(receipts, eq(receipts.key, apiKeys.id))
    .where(eq(apiKeys.role, 'partner'))
    .orderBy(apiKeys.name, apiKeys.id)

/** How far each partner has acknowledged the changes, and how many it is behind. */
export async function listReceipts(db: Reader) {
  const last = await lastSeq(db)
  return (await selectPartners(db)).map(({ id, name, seq, at }) => ({
    key: { id, name },
    seq,
    at,
    behind: last - (seq ?? 0),
  }))
}

/**
 * Who has acknowledged the last change of an article, of the partners whom it concerns: those whose grant covers the
 * article now, or covered it before the change. `attributes` are those of its live edition; undefined if it has none.
 */
export async function articleReceipts(db: Reader, article: string, attributes: AccessAttributes | undefined) {
  const [last] = await db
    .select()
    .from(changes)
    .where(and(eq(changes.target, article), sql`${changes.type} like 'article.%'`))
    .orderBy(desc(changes.seq))
    .limit(1)
  if (!last) return { change: null, data: [] }
  const { seq, type, at, previousAttributes } = last
  const concerned = (await selectPartners(db)).filter(
    ({ grant }) =>
      (attributes && covers(grant, attributes)) ||
      grant === null ||
      (previousAttributes && covers(grant, previousAttributes)),
  )
  const data = concerned.map((partner) => {
    const noted = (partner.seq ?? 0) >= seq
    return { key: { id: partner.id, name: partner.name }, noted, at: noted ? partner.at : null }
  })
  return { change: { seq, type: type as ChangeType, at }, data }
}
