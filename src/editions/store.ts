/**
 * The newsstand: putting editions on it, taking them off it, and reading one. What is not here has no row that any
 * public read could find.
 */
import { isDeepStrictEqual } from 'node:util'
import { eq, inArray, sql } from 'drizzle-orm'
import type { AccessAttributes } from '../access/attributes.ts'
import { saveFormerPath } from '../catalogue/slugs.ts'
import { markFresh, markStale } from '../changes/log.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { etagOf } from '../lib/etag.ts'
import { isId } from '../lib/id.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { deleteTokens } from '../storage/fulltext.ts'
import { insertRow, prepared } from '../storage/prepared-statements.ts'
import { editions, retractions, slugs, staleEditions } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { attributesOf } from './access-attributes.ts'
import { type ArticleState, cardOf, compileArticle } from './compile.ts'
import { type Content, type RefKind, refsOf } from './content.ts'
import { publishedAtOf } from './index-key.ts'
import { indexEdition } from './indexing.ts'
import { isPublicSlug } from './paths.ts'
import { type LoadedReferences, loadReferences } from './reference-loader.ts'
import { deleteReferences, putReferences } from './references.ts'

/** A standing that the world can see. */
export type LiveState = ArticleState & { publishedAt: string; updatedAt: string }

/** What a reply with one article needs. */
export interface Edition {
  article: string
  slug: string
  version: number
  etag: string
  cacheTag: string
  updatedAt: string
  document: string
}

/** What became of an article that was put on the newsstand. */
export interface PutResult {
  /** What it was before, if a partner's grant can tell that from what it is now. */
  previousAttributes: AccessAttributes | null
  /** When it bears to have been published: where a thousand articles bear that millisecond already, the next. */
  publishedAt: string
  /** The same of the edition that was there before. */
  previousPublishedAt: string | undefined
}

/** Puts an article on the newsstand at `now`, or a new edition in the place of the one there. */
export async function putEdition(tx: Writer, standing: LiveState, content: Content, now: string): Promise<PutResult> {
  const before = await seen(tx, standing.id)
  const look = await loadReferences(tx, [{ id: standing.id, content }])
  const searchKey = await indexEdition(tx, { publishedAt: standing.publishedAt, before: before?.searchKey }, content)
  const publishedAt = publishedAtOf(searchKey)
  const updatedAt = standing.updatedAt > publishedAt ? standing.updatedAt : publishedAt
  const placed = { ...standing, publishedAt, updatedAt }
  const row = { ...compileEdition(placed, content, look), content, searchKey }
  if (before) {
    await tx.update(editions).set(row).where(eq(editions.article, standing.id))
    await markFresh(tx, [standing.id])
  } else await insertRow(tx, editions, row)
  const refs = await putReferences(tx, placed, content, look)
  const { id, slug } = standing
  if (before && before.content.section !== content.section) await saveFormerPath(tx, addressBefore(id, before))
  if (before?.asLinked !== asLinked(slug, content)) await markStale(tx, 'article', id, now)
  if (before === undefined) return { previousAttributes: null, publishedAt, previousPublishedAt: undefined }
  const was = attributesOf(before.content, refs.before)
  const isSame = isDeepStrictEqual(was, attributesOf(content, refs.after))
  return { previousAttributes: isSame ? null : was, publishedAt, previousPublishedAt: before.publishedAt }
}

/**
 * Takes an article off the newsstand; links that lead to it vanish from the editions that have them. Gives what it was;
 * null if it was not there.
 */
export async function removeEdition(tx: Writer, article: string, now: string): Promise<AccessAttributes | null> {
  const before = await seen(tx, article)
  await markStale(tx, 'article', article, now)
  const refs = await deleteReferences(tx, article)
  if (typeof before?.searchKey === 'number') await deleteTokens(tx, 'live', before.searchKey)
  if (before) await saveFormerPath(tx, addressBefore(article, before))
  await tx.delete(editions).where(eq(editions.article, article))
  return before ? attributesOf(before.content, refs) : null
}

const selectSeen = prepared('edition_seen', (db) =>
  db
    .select({
      slug: editions.slug,
      content: editions.content,
      searchKey: editions.searchKey,
      publishedAt: editions.publishedAt,
    })
    .from(editions)
    .where(eq(editions.article, sql.placeholder('article'))),
)

interface Seen {
  slug: string
  content: Content
  asLinked: string
  searchKey: number | null
  publishedAt: string
}

/** What the world sees of an article at present, and how the links of others show it. */
async function seen(tx: Writer, article: string): Promise<Seen | undefined> {
  const [edition] = await selectSeen(tx, { article })
  if (!edition) return undefined
  const { slug, searchKey, publishedAt } = edition
  const content = edition.content as Content
  return { slug, content, asLinked: asLinked(slug, content), searchKey, publishedAt }
}

const addressBefore = (article: string, { slug, content: { section } }: { slug: string; content: Content }) => ({
  article,
  slug,
  section,
})

/** All that a link in another article shows of this one. */
const asLinked = (slug: string, { headline, summary, section }: Content): string =>
  JSON.stringify([slug, headline, summary, section])

/** An edition's columns, its finished JSON among them. */
export function compileEdition(standing: LiveState, content: Content, look: LoadedReferences) {
  const article = compileArticle(standing, content, look)
  const document = JSON.stringify(article)
  const { id, slug, version, publishedAt, updatedAt } = standing
  return {
    article: id,
    slug,
    version,
    etag: etagOf(version, document),
    cacheTag: tagsOf(id, content, look),
    language: content.language,
    externalId: content.externalId,
    sortHeadline: sortKey(content.headline),
    publishedAt,
    updatedAt,
    card: JSON.stringify(cardOf(article)),
    document,
  }
}

/** What a CDN purges the reply by: the article, its section and those above it, its authors, tags and sources. */
function tagsOf(id: string, content: Content, look: LoadedReferences): string {
  const refs = refsOf(content)
  const of = (wanted: RefKind) => refs.filter(({ kind }) => kind === wanted).map(({ ref }) => ref)
  const sections = of('section').flatMap((section) => look.lineage(section).map((one) => one.id))
  return cacheTagOf([id, ...sections.reverse(), ...of('author'), ...of('tag'), ...of('source')])
}

const shown = {
  article: editions.article,
  slug: editions.slug,
  version: editions.version,
  etag: editions.etag,
  cacheTag: editions.cacheTag,
  updatedAt: editions.updatedAt,
  document: editions.document,
  stale: staleEditions.article,
}

const selectBy = (column: 'slug' | 'article') =>
  prepared(`edition_by_${column}`, (db) =>
    db
      .select(shown)
      .from(editions)
      .leftJoin(staleEditions, eq(staleEditions.article, editions.article))
      .where(eq(editions[column], sql.placeholder('reference'))),
  )
const selectBySlug = selectBy('slug')
const selectById = selectBy('article')

/** The live edition that an id or the present slug names. */
export async function readEdition(db: Reader, reference: string): Promise<Edition | undefined> {
  const [edition] = await (isId(reference) ? selectById : selectBySlug)(db, { reference })
  if (!edition?.stale) return edition
  return (await recompile(db, [edition.article]))[0]
}

/** These editions, compiled anew from what they refer to now; nothing is written. */
export async function recompile(db: Reader, articles: string[]) {
  if (articles.length === 0) return []
  const rows = await db.select().from(editions).where(inArray(editions.article, articles))
  const look = await loadReferences(
    db,
    rows.map(({ article, content }) => ({ id: article, content: content as Content })),
  )
  return rows.map(({ article: id, slug, version, publishedAt, updatedAt, content }) =>
    compileEdition({ id, slug, version, publishedAt, updatedAt, status: 'published' }, content as Content, look),
  )
}

/** Puts the notice of a retraction in the place of an edition. */
export async function putRetraction(tx: Writer, notice: typeof retractions.$inferInsert): Promise<void> {
  await tx.insert(retractions).values(notice).onConflictDoUpdate({ target: retractions.article, set: notice })
}

/** What a reader is told of a retracted article. */
export interface Retraction {
  id: string
  slug: string
  headline: string
  reason: string
  at: string
  replacement: { id: string; slug: string } | null
}

/** The id of the article that had the slug in public. */
const publicSlug = (db: Reader, slug: string) =>
  sql`(${db.select({ target: slugs.target }).from(slugs).where(isPublicSlug(slug))})`

/** The notice that stands in the place of the article that an id or a slug, present or former, names. */
export async function readRetraction(db: Reader, reference: string): Promise<Retraction | undefined> {
  const [row] = await db
    .select()
    .from(retractions)
    .where(eq(retractions.article, isId(reference) ? reference : publicSlug(db, reference)))
  if (!row) return undefined
  const { slug, headline, reason, at } = row
  const [live] =
    row.replacement === null
      ? []
      : await db
          .select({ id: editions.article, slug: editions.slug })
          .from(editions)
          .where(eq(editions.article, row.replacement))
  return { id: row.article, slug, headline, reason, at, replacement: live ?? null }
}

/** Compiles a live edition anew at once, for something that is shown with it; `now` becomes the time of its update. */
export async function recompileNow(tx: Writer, article: string, now: string): Promise<void> {
  await tx.update(editions).set({ updatedAt: now }).where(eq(editions.article, article))
  for (const { article: id, ...columns } of await recompile(tx, [article]))
    await tx.update(editions).set(columns).where(eq(editions.article, id))
  await markFresh(tx, [article])
}
