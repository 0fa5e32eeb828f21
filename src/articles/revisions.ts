import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Content } from '../editions/content.ts'
import type { Actor } from '../lib/roles.ts'
import { revisions } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** How many revisions share one dictionary. */
const SPAN = 64

/**
 * Keeps a revision. Its content is deflated (RFC 1951) with the content of an earlier revision as the dictionary, so
 * that a save costs about as much room as what it changed; every `SPAN` saves one stands on its own.
 */
export async function keep(
  tx: Writer,
  revision: { article: string; number: number; at: string; note: string | null; actor: Actor; content: Content },
): Promise<void> {
  const { article, number, at, note, actor, content } = revision
  const text = Buffer.from(JSON.stringify(content))
  const base = number === 1 ? undefined : await baseFor(tx, article, number)
  await tx.insert(revisions).values({
    article,
    number,
    base: base?.number ?? null,
    at,
    actor: actor.id,
    actorName: actor.name,
    note,
    content: deflateRawSync(text, { level: 9, ...(base && { dictionary: base.text }) }),
  })
}

/** The last revision that stands on its own, unless it is too far back. */
async function baseFor(db: Reader, article: string, number: number) {
  const [base] = await db
    .select({ number: revisions.number, content: revisions.content })
    .from(revisions)
    .where(and(eq(revisions.article, article), isNull(revisions.base)))
    .orderBy(desc(revisions.number))
    .limit(1)
  if (!base || number - base.number >= SPAN) return undefined
  return { number: base.number, text: inflateRawSync(base.content) }
}

/** Keeps a note with the present revision, behind those it has. */
export async function annotate(
  tx: Writer,
  { id, version }: { id: string; version: number },
  note: string | null | undefined,
): Promise<void> {
  if (note === null || note === undefined) return
  const present = and(eq(revisions.article, id), eq(revisions.number, version))
  const [row] = await tx.select({ note: revisions.note }).from(revisions).where(present)
  await tx
    .update(revisions)
    .set({ note: row?.note ? `${row.note}\n${note}` : note })
    .where(present)
}
