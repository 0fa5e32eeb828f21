import { and, desc, eq, isNotNull, ne } from 'drizzle-orm'
import { actorOf } from '../../access/roles.ts'
import type { WriteContext } from '../../access/write-context.ts'
import { audit } from '../../audit/log.ts'
import { recordChange } from '../../changes/log.ts'
import type { Correction } from '../../editions/article-parts.ts'
import { recompileNow } from '../../editions/store.ts'
import { newId } from '../../lib/id.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../../storage/keyset.ts'
import { articles, corrections, editions, publications, retractions } from '../../storage/schema.ts'
import type { Reader, Writer } from '../../storage/storage.ts'
import { notLive } from '../lifecycle/state.ts'
import type { ArticleRow } from '../store.ts'
import type { PlacedCorrection } from './schemas.ts'

/** A page of the corrections of all live and retracted articles, newest first. Throws `invalid-cursor`. */
export async function listAllCorrections(
  db: Reader,
  request: PageRequest,
): Promise<{ data: PlacedCorrection[]; page: Omit<Page<unknown>, 'rows'> }> {
  const order = { kind: 'time', column: corrections.at, id: corrections.id, descending: true } as const
  const slice = keyset(order, request)
  const found = await db
    .select({ correction: corrections, liveSlug: editions.slug, card: editions.card, retraction: retractions })
    .from(corrections)
    .leftJoin(editions, eq(editions.article, corrections.article))
    .leftJoin(retractions, eq(retractions.article, corrections.article))
    .where(slice.where)
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  const { rows, ...page } = pageOf(found, request, ({ correction }) => [correction.at, correction.id])
  const data = rows.flatMap(({ correction, liveSlug, card, retraction }): PlacedCorrection[] => {
    const { id, kind, text, at, article, fromVersion, toVersion } = correction
    const published = liveSlug !== null && card !== null ? { slug: liveSlug, headline: headlineIn(card) } : retraction
    // The article is in the trash, or unpublished.
    if (!published) return []
    const { slug, headline } = published
    return [
      {
        id,
        kind: kind as Correction['kind'],
        text,
        at,
        article: { id: article, slug, headline },
        fromVersion,
        toVersion,
      },
    ]
  })
  return { data, page }
}

const headlineIn = (card: string): string => (JSON.parse(card) as { headline: string }).headline

/** The corrections of an article, newest first. */
export async function listCorrections(db: Reader, article: string): Promise<Correction[]> {
  const rows = await db
    .select({ id: corrections.id, kind: corrections.kind, text: corrections.text, at: corrections.at })
    .from(corrections)
    .where(eq(corrections.article, article))
    .orderBy(desc(corrections.at), desc(corrections.id))
  return rows as Correction[]
}

/** Creates a correction, adds it to the live edition, and gives its id. Throws `transition-not-allowed` if not live. */
export async function createCorrection(
  tx: Writer,
  row: ArticleRow,
  { kind, text }: Pick<Correction, 'kind' | 'text'>,
  context: WriteContext,
): Promise<string> {
  const { caller, now } = context
  const { id: article, slug, liveSlug, liveVersion } = row
  if (liveVersion === null) throw notLive(row, 'only a live article can be corrected in public; change the draft')
  const id = newId()
  const { id: actor, name: actorName } = actorOf(caller)
  const fromVersion = await versionBefore(tx, article, liveVersion)
  await tx
    .insert(corrections)
    .values({ id, article, kind, text, at: now, actor, actorName, fromVersion, toVersion: liveVersion })
  await tx.update(articles).set({ updatedAt: now }).where(eq(articles.id, article))
  await audit(tx, context, { action: 'article.correct', target: article, from: fromVersion, to: liveVersion })
  await recompileNow(tx, article, now)
  await recordChange(tx, {
    type: 'article.corrected',
    at: now,
    target: article,
    slug: liveSlug ?? slug,
    version: liveVersion,
  })
  return id
}

/** The revision that was live before the present one; null if there was none. */
async function versionBefore(tx: Writer, article: string, liveVersion: number): Promise<number | null> {
  const [row] = await tx
    .select({ number: publications.number })
    .from(publications)
    .where(and(eq(publications.article, article), isNotNull(publications.until), ne(publications.number, liveVersion)))
    .orderBy(desc(publications.at), desc(publications.number))
    .limit(1)
  return row?.number ?? null
}
