/** Writes the references of live editions, and the counts of articles by reference. */
import { and, eq, sql } from 'drizzle-orm'
import { NONE } from '../access/references.ts'
import { updateArticleCounts } from '../catalogue/article-counts.ts'
import { rangesOf } from '../lib/languages.ts'
import { insertRows, prepared } from '../storage/prepared-statements.ts'
import { editionRefs } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { type Content, type LiveRef, optionalKinds, refsOf } from './content.ts'
import type { LoadedReferences } from './reference-loader.ts'

type Row = typeof editionRefs.$inferSelect
type Ref = Pick<Row, 'kind' | 'ref'>

const selectRefs = prepared('refs_of_edition', (db) =>
  db
    .select()
    .from(editionRefs)
    .where(eq(editionRefs.article, sql.placeholder('article'))),
)

/**
 * Replaces the references of an edition by those of a content; unchanged rows are not written. An edition that `isNew` has
 * none. Gives the references before and after.
 */
export async function putReferences(
  tx: Writer,
  { id: article, publishedAt, isNew = false }: { id: string; publishedAt: string; isNew?: boolean },
  content: Content,
  references: LoadedReferences,
): Promise<{ before: Ref[]; after: Ref[] }> {
  const before = isNew ? [] : await selectRefs(tx, { article })
  const after = liveRefs(content, references).map((ref) => ({ ...ref, publishedAt, article }))
  const removed = before.filter((one) => !after.some((other) => isSame(one, other)))
  const added = after.filter((one) => !before.some((other) => isSame(one, other)))
  for (const row of removed) await tx.delete(editionRefs).where(isRow(row))
  await insertRows(tx, editionRefs, added)
  await updateArticleCounts(tx, { added, removed })
  return { before, after }
}

/** Deletes the references of an edition; gives them. */
export async function deleteReferences(tx: Writer, article: string): Promise<Ref[]> {
  const removed = await selectRefs(tx, { article })
  await tx.delete(editionRefs).where(eq(editionRefs.article, article))
  await updateArticleCounts(tx, { added: [], removed })
  return removed
}

const isSame = (a: Row, b: Row): boolean => a.kind === b.kind && a.ref === b.ref && a.publishedAt === b.publishedAt

/** Compares the whole primary key, because many editions can have the same reference. */
const isRow = ({ kind, ref, publishedAt, article }: Row) =>
  and(
    eq(editionRefs.kind, kind),
    eq(editionRefs.ref, ref),
    eq(editionRefs.publishedAt, publishedAt),
    eq(editionRefs.article, article),
  )

/**
 * The references that are stored for an edition: its section with all ancestors, every language range that matches its
 * language, and `NONE` for each kind that it has none of.
 */
export function liveRefs(content: Content, references: LoadedReferences): LiveRef[] {
  const refs = refsOf(content)
  const absentKinds = optionalKinds.filter((optionalKind) => !refs.some(({ kind }) => kind === optionalKind))
  return [
    ...refs.flatMap(({ kind, ref }): LiveRef[] => {
      if (kind === 'citation') return []
      return kind === 'section' ? references.lineage(ref).map(({ id }) => ({ kind, ref: id })) : [{ kind, ref }]
    }),
    ...absentKinds.map((kind) => ({ kind, ref: NONE })),
    ...rangesOf(content.language).map((ref) => ({ kind: 'language' as const, ref })),
  ]
}
