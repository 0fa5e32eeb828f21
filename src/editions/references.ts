/** What the live editions refer to, and how many refer to each: written together. */
import { and, eq, sql } from 'drizzle-orm'
import { updateArticleCounts } from '../catalogue/article-counts.ts'
import { rangesOf } from '../lib/languages.ts'
import { insertRows, prepared } from '../storage/prepared-statements.ts'
import { editionRefs } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import { type Content, filterKinds, type LiveRef, NONE, refsOf } from './content.ts'
import type { LoadedReferences } from './reference-loader.ts'

type Row = typeof editionRefs.$inferSelect
type Ref = Pick<Row, 'kind' | 'ref'>

const selectRefs = prepared('refs_of_edition', (db) =>
  db
    .select()
    .from(editionRefs)
    .where(eq(editionRefs.article, sql.placeholder('article'))),
)

/** Writes down what the edition of a content refers to; what is there already stays. Gives what was there and what is. */
export async function putReferences(
  tx: Writer,
  { id: article, publishedAt }: { id: string; publishedAt: string },
  content: Content,
  look: LoadedReferences,
): Promise<{ before: Ref[]; after: Ref[] }> {
  const before = await selectRefs(tx, { article })
  const after = liveRefs(content, look).map((ref) => ({ ...ref, publishedAt, article }))
  const gone = before.filter((one) => !after.some((other) => isSame(one, other)))
  const come = after.filter((one) => !before.some((other) => isSame(one, other)))
  for (const row of gone) await tx.delete(editionRefs).where(isRow(row))
  await insertRows(tx, editionRefs, come)
  await updateArticleCounts(tx, { added: come, removed: gone })
  return { before, after }
}

/** Takes away what an edition refers to, before it goes; gives it. */
export async function deleteReferences(tx: Writer, article: string): Promise<Ref[]> {
  const gone = await selectRefs(tx, { article })
  await tx.delete(editionRefs).where(eq(editionRefs.article, article))
  await updateArticleCounts(tx, { added: [], removed: gone })
  return gone
}

const isSame = (a: Row, b: Row): boolean => a.kind === b.kind && a.ref === b.ref && a.publishedAt === b.publishedAt

/** By the whole primary key: many others may refer to the same. */
const isRow = ({ kind, ref, publishedAt, article }: Row) =>
  and(
    eq(editionRefs.kind, kind),
    eq(editionRefs.ref, ref),
    eq(editionRefs.publishedAt, publishedAt),
    eq(editionRefs.article, article),
  )

/** A section stands for every section above it too, and a language for every range that finds it. */
function liveRefs(content: Content, look: LoadedReferences): LiveRef[] {
  const refs = refsOf(content)
  const none = filterKinds.filter((wanted) => !refs.some(({ kind }) => kind === wanted))
  return [
    ...refs.flatMap(({ kind, ref }): LiveRef[] => {
      if (kind === 'citation') return []
      return kind === 'section' ? look.lineage(ref).map(({ id }) => ({ kind, ref: id })) : [{ kind, ref }]
    }),
    ...none.map((kind) => ({ kind, ref: NONE })),
    ...rangesOf(content.language).map((ref) => ({ kind: 'language' as const, ref })),
  ]
}
