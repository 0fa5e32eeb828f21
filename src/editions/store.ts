/**
 * Writes and reads editions: what the public reads of articles. An article that is not live has no row in these tables,
 * so no public read can find it.
 */
import { isDeepStrictEqual } from 'node:util'
import { eq, inArray, sql } from 'drizzle-orm'
import type { AccessAttributes } from '../access/attributes.ts'
import { saveFormerPath } from '../catalogue/slugs.ts'
import { isReferredTo, markFresh, markStale } from '../changes/stale-editions.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { etagOf } from '../lib/etag.ts'
import { isId } from '../lib/id.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { compressAhead } from '../storage/dialect.ts'
import { deleteTokens } from '../storage/fulltext.ts'
import {
  insertRow,
  numberedValues,
  placeholders,
  prepared,
  preparedVariants,
  updateChanged,
} from '../storage/prepared-statements.ts'
import { editions, staleEditions } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { attributesOf } from './access-attributes.ts'
import type { Article } from './article.ts'
import { type ArticleState, cardOf, compileArticle } from './compile.ts'
import { type Content, type RefKind, refsOf } from './content.ts'
import { indexKeyFor, newIndexKey, publishedAtOf } from './index-key.ts'
import { indexEdition } from './indexing.ts'
import { type LoadedReferences, loadReferences } from './reference-loader.ts'
import { deleteReferences, putReferences } from './references.ts'

/** The state of a live article. */
export type LiveState = ArticleState & { publishedAt: string; updatedAt: string }

/** An edition, as the reply with one article needs it. */
export interface Edition {
  article: string
  slug: string
  version: number
  etag: string
  cacheTag: string
  updatedAt: string
  document: string
}

/** An edition before it is stored. */
export interface PreparedEdition {
  /**
   * Its state. The time of publication is a later millisecond than the given one where that has no free index key; the
   * last change is not before it.
   */
  state: LiveState
  content: Content
  references: LoadedReferences
  searchKey: number
  /** The edition, as the public reads it. */
  article: Article
  /** The edition that it replaces, if there is one. */
  previous: CurrentEdition | undefined
  /** Whether live articles refer to its article. */
  isLinked: boolean
}

interface PrepareOptions {
  /** Whether the article was never live: then there is no edition before this one, and no correction. */
  isFirst: boolean
  /** Whether the same transaction creates the article: then nothing refers to it. */
  isNew?: boolean
}

/** Compiles the edition of an article. Writes nothing. */
export async function prepareEdition(
  tx: Writer,
  state: LiveState,
  content: Content,
  { isFirst, isNew = false }: PrepareOptions,
): Promise<PreparedEdition> {
  await compressAhead(content)
  // Together: on PostgreSQL each would wait for a round trip.
  const [previous, references, isReferred, newKey] = await Promise.all([
    isFirst ? undefined : currentEdition(tx, state.id),
    loadReferences(tx, [{ id: state.id, content, hasNoCorrections: isFirst }]),
    isNew ? false : isReferredTo(tx, 'article', state.id),
    isFirst ? newIndexKey(tx, state.publishedAt) : undefined,
  ])
  const searchKey = newKey ?? (await indexKeyFor(tx, state.publishedAt, previous?.searchKey))
  const publishedAt = publishedAtOf(searchKey)
  const updatedAt = state.updatedAt > publishedAt ? state.updatedAt : publishedAt
  const liveState = { ...state, publishedAt, updatedAt }
  const isLinked = isReferred || content.relatedLinks.some(({ article: linked }) => linked === state.id)
  const article = compileArticle(liveState, content, references)
  return { state: liveState, content, references, searchKey, article, previous, isLinked }
}

/**
 * Stores and indexes an edition, in place of an earlier one. Gives the access attributes of the one before; null if there
 * was none or they are the same.
 */
export async function putEdition(
  tx: Writer,
  { state, content, references, searchKey, article, previous, isLinked }: PreparedEdition,
  now: string,
): Promise<AccessAttributes | null> {
  const { id, slug } = state
  await indexEdition(tx, { key: searchKey, previousKey: previous?.searchKey }, content)
  const row = { ...columnsOf(state, article, content, references), content, searchKey }
  if (previous) {
    await updateChanged(tx, editions, { key: editions.article, value: id }, [previous.row, row])
    await markFresh(tx, [id])
  } else await insertRow(tx, editions, row)
  const refs = await putReferences(tx, { ...state, isNew: previous === undefined }, content, references)
  if (previous && previous.content.section !== content.section) await saveFormerPath(tx, formerPath(id, previous))
  if (isLinked && previous?.linkPreview !== linkPreview(slug, content)) await markStale(tx, 'article', id, now)
  if (previous === undefined) return null
  const previousAttributes = attributesOf(previous.content, refs.before)
  return isDeepStrictEqual(previousAttributes, attributesOf(content, refs.after)) ? null : previousAttributes
}

/**
 * Removes the edition of an article. Editions that link to it become stale, and are recompiled without the link. Gives
 * its access attributes; null if the article was not live.
 */
export async function removeEdition(tx: Writer, article: string, now: string): Promise<AccessAttributes | null> {
  const edition = await currentEdition(tx, article)
  await markStale(tx, 'article', article, now)
  const refs = await deleteReferences(tx, article)
  if (typeof edition?.searchKey === 'number') await deleteTokens(tx, 'live', edition.searchKey)
  if (edition) await saveFormerPath(tx, formerPath(article, edition))
  await tx.delete(editions).where(eq(editions.article, article))
  return edition ? attributesOf(edition.content, refs) : null
}

const selectCurrent = prepared('edition_current', (db) =>
  db
    .select({
      slug: editions.slug,
      content: editions.content,
      searchKey: editions.searchKey,
      publishedAt: editions.publishedAt,
      updatedAt: editions.updatedAt,
      language: editions.language,
      externalId: editions.externalId,
      sortHeadline: editions.sortHeadline,
    })
    .from(editions)
    .where(eq(editions.article, sql.placeholder('article'))),
)

interface CurrentEdition {
  slug: string
  content: Content
  linkPreview: string
  searchKey: number | null
  publishedAt: string
  /** Its columns with an index, among others. */
  row: Partial<typeof editions.$inferSelect>
}

/** The edition of an article as it is stored, before a write; undefined if the article is not live. */
async function currentEdition(tx: Writer, article: string): Promise<CurrentEdition | undefined> {
  const [edition] = await selectCurrent(tx, { article })
  if (!edition) return undefined
  const { slug, searchKey, publishedAt } = edition
  const content = edition.content as Content
  return { slug, content, linkPreview: linkPreview(slug, content), searchKey, publishedAt, row: edition }
}

const formerPath = (article: string, { slug, content: { section } }: { slug: string; content: Content }) => ({
  article,
  slug,
  section,
})

/** All that links in other articles show of this one: if it changes, those are stale. */
const linkPreview = (slug: string, { headline, summary, section }: Content): string =>
  JSON.stringify([slug, headline, summary, section])

/** The columns of an edition that is compiled from a content and what it refers to. */
export const compileEdition = (state: LiveState, content: Content, references: LoadedReferences) =>
  columnsOf(state, compileArticle(state, content, references), content, references)

/** The columns of an edition, with the JSON of its document and card. */
function columnsOf(state: LiveState, article: Article, content: Content, references: LoadedReferences) {
  const document = JSON.stringify(article)
  const { id, slug, version, publishedAt, updatedAt } = state
  return {
    article: id,
    slug,
    version,
    etag: etagOf(version, document),
    cacheTag: cacheTagsOf(id, content, references),
    language: content.language,
    externalId: content.externalId,
    sortHeadline: sortKey(content.headline),
    publishedAt,
    updatedAt,
    card: JSON.stringify(cardOf(article)),
    document,
  }
}

/**
 * The cache tags that a CDN purges the reply by: the ids of the article, of its section and the sections above that, and
 * of its authors, tags and sources.
 */
function cacheTagsOf(id: string, content: Content, references: LoadedReferences): string {
  const refs = refsOf(content)
  const of = (refKind: RefKind) => refs.filter(({ kind }) => kind === refKind).map(({ ref }) => ref)
  const sections = of('section').flatMap((section) => references.lineage(section).map((one) => one.id))
  return cacheTagOf([id, ...sections.reverse(), ...of('author'), ...of('tag'), ...of('source')])
}

const editionColumns = {
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
      .select(editionColumns)
      .from(editions)
      .leftJoin(staleEditions, eq(staleEditions.article, editions.article))
      .where(eq(editions[column], sql.placeholder('reference'))),
  )
const selectBySlug = selectBy('slug')
const selectById = selectBy('article')

/**
 * The edition of the article with this id or present slug; undefined if it is not live. A stale edition is recompiled for
 * the reply, and not written.
 */
export async function readEdition(db: Reader, reference: string): Promise<Edition | undefined> {
  const [edition] = await (isId(reference) ? selectById : selectBySlug)(db, { reference })
  if (!edition?.stale) return edition
  return (await recompile(db, [edition.article]))[0]
}

/** What an edition is compiled from, beside what it refers to. */
const compiledFrom = {
  article: editions.article,
  slug: editions.slug,
  version: editions.version,
  publishedAt: editions.publishedAt,
  updatedAt: editions.updatedAt,
  content: editions.content,
}

const selectCompiledFrom = preparedVariants('editions_compiled_from', (db, count: number) =>
  db
    .select(compiledFrom)
    .from(editions)
    .where(inArray(editions.article, placeholders(count))),
)

/** The columns of these editions, compiled from what they refer to now. Writes nothing. */
export async function recompile(db: Reader, articles: string[]) {
  if (articles.length === 0) return []
  const rows = await selectCompiledFrom(db, articles.length, numberedValues(articles))
  const references = await loadReferences(
    db,
    rows.map(({ article, content }) => ({ id: article, content: content as Content })),
  )
  return rows.map(({ article: id, slug, version, publishedAt, updatedAt, content }) =>
    compileEdition({ id, slug, version, publishedAt, updatedAt, status: 'published' }, content as Content, references),
  )
}

/** The columns that show what an edition refers to: to set the others, too, would make SQLite write their indexes again. */
const shownColumns = ['etag', 'cacheTag', 'card', 'document'] as const
const updateShown = prepared('update_shown', (tx: Writer) =>
  tx
    .update(editions)
    .set(Object.fromEntries(shownColumns.map((name) => [name, sql.placeholder(name)])))
    .where(eq(editions.article, sql.placeholder('article'))),
)

/** How many editions are compiled before they are stored: with many, the garbage collector takes longer than compiling does. */
const COMPILED_AT_ONCE = 10

/** Recompiles and stores live editions; they are no longer stale. */
export async function storeRecompiled(tx: Writer, articles: string[]): Promise<void> {
  for (let first = 0; first < articles.length; first += COMPILED_AT_ONCE)
    for (const edition of await recompile(tx, articles.slice(first, first + COMPILED_AT_ONCE)))
      await updateShown(tx, edition)
  await markFresh(tx, articles)
}

/** Recompiles and stores a live edition, after a change of something shown in it. `now` becomes its `updatedAt`. */
export async function recompileNow(tx: Writer, article: string, now: string): Promise<void> {
  await tx.update(editions).set({ updatedAt: now }).where(eq(editions.article, article))
  await storeRecompiled(tx, [article])
}
