/** Publishing: a copy of an article becomes its live edition. */
import type { AccessAttributes } from '../../access/attributes.ts'
import type { WriteContext } from '../../access/write-context.ts'
import { assertPathFree, isPathTaken, saveSlug } from '../../catalogue/slugs.ts'
import { type ChangeType, recordChange } from '../../changes/log.ts'
import { liveSection } from '../../editions/paths.ts'
import { type PreparedEdition, prepareEdition, putEdition } from '../../editions/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Writer } from '../../storage/storage.ts'
import type { Draft } from '../draft.ts'
import { storeCrops } from '../image-crops.ts'
import { requireFreeExternalId } from '../ownership.ts'
import { settleSlug } from '../provisional-slug.ts'
import { wasLive } from '../publication-dates.ts'
import { type ArticleRow, insertArticle, type Note, newArticle, type SavedArticle } from '../store.ts'
import { embargoOf } from './embargo.ts'
import { mediaRemarks } from './media-remarks.ts'
import { beginPublication, endPublication, redateFirst } from './publications.ts'
import { auditTransition, saveTransition, stateOf } from './state.ts'
import { statusAfter } from './workflow.ts'

/** The members of an article that its edition is compiled from. */
export type Copy = Pick<ArticleRow, 'slug' | 'version' | 'content' | 'publishedAt'>

interface PublishOptions {
  /** The `publishedAt` of a first edition whose article has no date of its own; now if left out. */
  at?: string | undefined
  /** The `updatedAt` of the edition; now if left out. */
  updatedAt?: string | null | undefined
  /** What is published, if it is not the working copy. Then a scheduled publication stays scheduled. */
  copy?: Copy
  /** Whether an embargo of the working copy ends by this. */
  endsEmbargo?: boolean
}

/**
 * Publishes an article. Throws `conflict` while the working copy is under embargo, or if a section has its path or another
 * article its external id; `transition-not-allowed` by its state.
 */
export async function publish(
  tx: Writer,
  article: ArticleRow,
  context: WriteContext,
  options: PublishOptions = {},
): Promise<SavedArticle> {
  statusAfter(stateOf(article), 'publish')
  if (!options.copy && options.updatedAt === undefined && isLiveAsItIs(article))
    return { row: article, remarks: await mediaRemarks(tx, article.content, context.now) }
  const embargo = options.copy || options.endsEmbargo ? null : embargoOf(article, context.now)
  if (embargo !== null)
    throw new Problem('conflict', `it is under embargo until ${embargo}; publish with "embargoUntil": null to end that`)
  return makeLive(tx, await prepareRelease(tx, article, context, options.copy), context, options)
}

/** Whether publishing would change nothing: an update that is none would mislead readers. */
const isLiveAsItIs = ({ version, liveVersion, slug, liveSlug, publishAt, embargoUntil }: ArticleRow): boolean =>
  version === liveVersion && slug === liveSlug && publishAt === null && embargoUntil === null

/** Creates an article that is live at once: its row is written once, as it is then. */
export async function createLive(tx: Writer, draft: Draft, context: WriteContext, note?: Note): Promise<SavedArticle> {
  const { now } = context
  const article = await newArticle(tx, draft, context, { isPublished: true })
  const { state, isDated } = releaseOf(article, article, { now })
  const edition = await prepareEdition(tx, state, article.content, { isFirst: true, isNew: true })
  const row = { ...article, ...liveColumns(edition) }
  await insertArticle(tx, row, context, note)
  await auditTransition(tx, context, 'publish', row)
  await putEdition(tx, edition, now)
  await recordRelease(tx, 'article.published', edition, { isDated, now })
  return { row, edition: edition.article, remarks: await mediaRemarks(tx, article.content, now) }
}

/** Gives the article the slug it is released with. Throws `conflict` as publishing does. */
export async function prepareRelease(
  tx: Writer,
  article: ArticleRow,
  { caller }: WriteContext,
  copy?: Copy,
): Promise<ArticleRow> {
  const settled = await settleSlug(tx, article)
  await requireFreePath(tx, settled, copy)
  const { externalId } = (copy ?? settled).content
  await requireFreeExternalId(tx, { id: article.id, externalId }, caller)
  return settled
}

/**
 * Throws `conflict` if a section has the path that the published article would have. An article that is live at such a
 * path since before that was refused may stay there.
 */
async function requireFreePath(tx: Writer, article: ArticleRow, copy: Copy = article): Promise<void> {
  const { id, liveSlug, liveVersion } = article
  const { slug, content } = copy
  const path = { kind: 'article', target: id, section: content.section, slug }
  if (!(await isPathTaken(tx, path))) return
  const isUnchanged = liveVersion !== null && liveSlug === slug && (await liveSection(tx, id)) === content.section
  if (!isUnchanged) await assertPathFree(tx, path, '/slug')
}

/**
 * Makes a copy of the article, by default the working copy, its live edition; does not check the path. `publishedAt` is
 * the article's own, if it has one. It moves to the next free millisecond where a thousand articles have it already.
 */
export async function makeLive(
  tx: Writer,
  article: ArticleRow,
  context: WriteContext,
  { at, updatedAt, copy = article }: PublishOptions = {},
): Promise<SavedArticle> {
  const { now } = context
  const { id, liveVersion } = article
  const { slug, content } = copy
  const { state, isFirst, isDated } = releaseOf(article, copy, { at, updatedAt, now })
  const edition = await prepareEdition(tx, state, content, { isFirst })
  const { publishedAt } = edition.state
  const previousAttributes = await putEdition(tx, edition, now)
  await storeCrops(tx, content)
  await saveSlug(tx, { kind: 'article', slug, target: id, live: true })
  if (!isFirst && publishedAt !== edition.previous?.publishedAt) await redateFirst(tx, id, publishedAt)
  if (liveVersion !== null) await endPublication(tx, id, now)
  const row = await saveTransition(tx, context, 'publish', article, {
    ...liveColumns(edition),
    publishedAt: article.publishedAt === copy.publishedAt ? publishedAt : article.publishedAt,
    ...(copy === article && { publishAt: null, embargoUntil: null }),
  })
  const type = liveVersion === null ? 'article.published' : 'article.updated'
  await recordRelease(tx, type, edition, { isDated, now, previousAttributes })
  const remarks = await mediaRemarks(tx, content, now)
  return copy === article ? { row, edition: edition.article, remarks } : { row, remarks }
}

/** What a copy of an article is when it is live. A first edition has the dates of the article, if it has any. */
function releaseOf(
  article: ArticleRow,
  { slug, version, publishedAt }: Copy,
  { at, updatedAt, now }: Pick<PublishOptions, 'at' | 'updatedAt'> & { now: string },
) {
  const status = statusAfter(stateOf(article), 'publish')
  const isFirst = !wasLive(article)
  const isDated = isFirst && publishedAt !== null
  const date = publishedAt ?? at ?? now
  const updated = updatedAt ?? (isDated ? (article.updatedAt ?? date) : now)
  return { isFirst, isDated, state: { id: article.id, slug, status, version, publishedAt: date, updatedAt: updated } }
}

/** The columns of the article of an edition. */
const liveColumns = ({ state: { status, version, slug, publishedAt, updatedAt } }: PreparedEdition) => ({
  status,
  liveVersion: version,
  liveSlug: slug,
  publishedAt,
  updatedAt,
})

/** Records that an edition is live: in the table of publications, and in the change log. */
async function recordRelease(
  tx: Writer,
  type: Extract<ChangeType, `article.${string}`>,
  { state: { id, slug, version, publishedAt } }: PreparedEdition,
  {
    isDated,
    now,
    previousAttributes = null,
  }: { isDated: boolean; now: string; previousAttributes?: AccessAttributes | null },
): Promise<void> {
  await beginPublication(tx, { article: id, number: version, at: isDated ? publishedAt : now })
  await recordChange(tx, { type, at: now, target: id, slug, version, previousAttributes })
}
