/** The table of publications: which revision of an article was live from when until when. */
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import { prepared } from '../../storage/prepared-statements.ts'
import { publications } from '../../storage/schema.ts'
import type { Writer } from '../../storage/storage.ts'
import type { ArticleRow } from '../store.ts'

/** The slug and the revision of an article that are live, or were live last. */
export async function lastPublication(
  tx: Writer,
  { id, slug, liveSlug }: ArticleRow,
): Promise<{ slug: string; version: number }> {
  const [last] = await tx
    .select({ number: publications.number })
    .from(publications)
    .where(eq(publications.article, id))
    .orderBy(desc(publications.at), desc(publications.number))
    .limit(1)
  return { slug: liveSlug ?? slug, version: last?.number ?? 0 }
}

const insertPublication = prepared('begin_publication', (tx: Writer) =>
  tx
    .insert(publications)
    .values({ article: sql.placeholder('article'), number: sql.placeholder('number'), at: sql.placeholder('at') })
    // Published, unpublished and published again within a millisecond.
    .onConflictDoUpdate({ target: [publications.article, publications.at, publications.number], set: { until: null } }),
)

/** Records that a revision is live from a time on. */
export const beginPublication = async (
  tx: Writer,
  publication: { article: string; number: number; at: string },
): Promise<void> => void (await insertPublication(tx, publication))

const updatePublication = prepared('end_publication', (tx: Writer) =>
  tx
    .update(publications)
    .set({ until: sql.placeholder('until') as never })
    .where(and(eq(publications.article, sql.placeholder('article')), isNull(publications.until))),
)

/** Records the end of the present publication. */
export const endPublication = async (tx: Writer, article: string, until: string): Promise<void> =>
  void (await updatePublication(tx, { article, until }))

/** Moves the start of the first publication to a corrected date, unless that is not before its end. */
export async function redateFirst(tx: Writer, article: string, publishedAt: string): Promise<void> {
  const ofArticle = eq(publications.article, article)
  const [first, second] = await tx
    .select({ number: publications.number, at: publications.at, until: publications.until })
    .from(publications)
    .where(ofArticle)
    .orderBy(asc(publications.at), asc(publications.number))
    .limit(2)
  const end = first?.until ?? second?.at
  if (!first || (end !== undefined && publishedAt >= end)) return
  const isFirst = and(ofArticle, eq(publications.at, first.at), eq(publications.number, first.number))
  await tx.update(publications).set({ at: publishedAt }).where(isFirst)
}
