import { inflateRawSync } from 'node:zlib'
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Actor } from '../../access/roles.ts'
import { type Content, editableContent } from '../../editions/content.ts'
import { deflate } from '../../lib/deflate.ts'
import { notFound } from '../../lib/problem.ts'
import { compressAhead, compressJson } from '../../storage/dialect.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../../storage/keyset.ts'
import { insertRow, prepared } from '../../storage/prepared-statements.ts'
import { publications, revisions } from '../../storage/schema.ts'
import type { Reader, Writer } from '../../storage/storage.ts'

/** How many revisions are compressed with the same dictionary. */
const SPAN = 64

/**
 * Stores a revision. Its content is deflated (RFC 1951) with that of an earlier revision as the dictionary, so that it
 * takes about as much space as what changed; every `SPAN` revisions one is compressed without a dictionary.
 */
export async function insertRevision(
  tx: Writer,
  revision: {
    article: string
    number: number
    at: string
    note: string | null | undefined
    actor: Actor
    content: Content
  },
): Promise<void> {
  const { article, number, at, note, actor, content } = revision
  const base = number === 1 ? undefined : await baseFor(tx, article, number)
  const bytes = base && (await deflate(JSON.stringify(content), { level: 9, dictionary: base.text }))
  if (!bytes) await compressAhead(content)
  await insertRow(tx, revisions, {
    article,
    number,
    base: base?.number ?? null,
    at,
    actor: actor.id,
    actorName: actor.name,
    note: note ?? null,
    content: bytes ?? compressJson(content),
  })
}

const selectBase = prepared('revision_base', (db) =>
  db
    .select({ number: revisions.number, content: revisions.content })
    .from(revisions)
    .where(and(eq(revisions.article, sql.placeholder('article')), isNull(revisions.base)))
    .orderBy(desc(revisions.number))
    .limit(1),
)

/** The last revision without a dictionary, unless it is `SPAN` or more revisions back. */
async function baseFor(db: Reader, article: string, number: number) {
  const [base] = await selectBase(db, { article })
  if (!base || number - base.number >= SPAN) return undefined
  return { number: base.number, text: inflateRawSync(base.content) }
}

/** A revision without its content. */
export interface RevisionInfo {
  number: number
  at: string
  actor: { id: string; name: string }
  note: string | null
  /** Whether it was ever live. */
  published: boolean
}

type Row = Omit<typeof revisions.$inferSelect, 'content' | 'base' | 'article'>

const info = ({ number, at, actor, actorName, note }: Row, live: Set<number>): RevisionInfo => ({
  number,
  at,
  actor: { id: actor, name: actorName },
  note,
  published: live.has(number),
})

const columns = {
  number: revisions.number,
  at: revisions.at,
  actor: revisions.actor,
  actorName: revisions.actorName,
  note: revisions.note,
}

/** A page of an article's revisions, newest first. */
export async function listRevisions(db: Reader, article: string, request: PageRequest): Promise<Page<RevisionInfo>> {
  const order = { kind: 'number', column: revisions.number, id: revisions.article, descending: true } as const
  const slice = keyset(order, request)
  const rows = await db
    .select(columns)
    .from(revisions)
    .where(and(eq(revisions.article, article), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  const page = pageOf(rows, request, ({ number }) => [number, article])
  const live = await liveNumbers(db, article)
  return { ...page, rows: page.rows.map((row) => info(row, live)) }
}

/** One revision with its content; throws `not-found`. */
export async function readRevision(
  db: Reader,
  article: string,
  number: number,
): Promise<RevisionInfo & { content: Content }> {
  const row = await stored(db, article, number)
  if (!row) throw notFound('revision')
  const base = row.base === null ? undefined : await stored(db, article, row.base)
  const dictionary = base && inflateRawSync(base.content)
  const text = inflateRawSync(row.content, dictionary && { dictionary })
  return { ...info(row, await liveNumbers(db, article)), content: editableContent(JSON.parse(text.toString())) }
}

async function stored(db: Reader, article: string, number: number) {
  const [row] = await db
    .select()
    .from(revisions)
    .where(and(eq(revisions.article, article), eq(revisions.number, number)))
  return row
}

async function liveNumbers(db: Reader, article: string): Promise<Set<number>> {
  const rows = await db
    .select({ number: publications.number })
    .from(publications)
    .where(eq(publications.article, article))
  return new Set(rows.map(({ number }) => number))
}

/** Adds a note to the revision that is the present version of an article, after the notes it has. */
export async function addRevisionNote(
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
