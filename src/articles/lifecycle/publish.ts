/** Publishing: a copy of an article becomes its live edition. */
import type { WriteContext } from '../../access/write-context.ts'
import { assertPathFree, isPathTaken, saveSlug } from '../../catalogue/slugs.ts'
import { recordChange } from '../../changes/log.ts'
import { liveSection } from '../../editions/paths.ts'
import { putEdition } from '../../editions/store.ts'
import type { Writer } from '../../storage/storage.ts'
import { storeCrops } from '../image-crops.ts'
import { requireFreeExternalId } from '../ownership.ts'
import { settleSlug } from '../provisional-slug.ts'
import { wasLive } from '../publication-dates.ts'
import type { ArticleRow, SavedArticle } from '../store.ts'
import { mediaRemarks } from './media-remarks.ts'
import { beginPublication, endPublication, redateFirst } from './publications.ts'
import { saveTransition, stateOf } from './state.ts'
import { statusAfter } from './workflow.ts'

/** The members of an article that its edition is compiled from. */
export type Copy = Pick<ArticleRow, 'slug' | 'version' | 'content' | 'publishedAt'>

interface PublishOptions {
  /** The `publishedAt` of a first edition whose article has no date of its own; now if left out. */
  at?: string
  /** The `updatedAt` of the edition; now if left out. */
  updatedAt?: string | null | undefined
  /** Whether the same transaction has created the article, to be published: its slug is free and public already. */
  isNew?: boolean
  /** What is published, if it is not the working copy. Then a scheduled publication stays scheduled. */
  copy?: Copy
}

/**
 * Publishes an article. Throws `conflict` if a section has its path or another article its external id,
 * `transition-not-allowed` by its state.
 */
export async function publish(
  tx: Writer,
  article: ArticleRow,
  context: WriteContext,
  options: PublishOptions = {},
): Promise<SavedArticle> {
  statusAfter(stateOf(article), 'publish')
  const settled = options.isNew ? article : await prepareRelease(tx, article, context, options.copy)
  return makeLive(tx, settled, context, options)
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
  { at = context.now, updatedAt, isNew = false, copy = article }: PublishOptions = {},
): Promise<SavedArticle> {
  const { now } = context
  const status = statusAfter(stateOf(article), 'publish')
  const { id, liveVersion } = article
  const { slug, version, content } = copy
  const isFirst = !wasLive(article)
  const isDated = isFirst && copy.publishedAt !== null
  const date = copy.publishedAt ?? at
  const updated = updatedAt ?? (isDated ? (article.updatedAt ?? date) : now)
  const state = { id, slug, status, version, publishedAt: date, updatedAt: updated }
  const {
    previousAttributes: attributesBefore,
    publishedAt,
    previousPublishedAt: publishedBefore,
    article: edition,
  } = await putEdition(tx, state, content, { now, isFirst, isNew })
  await storeCrops(tx, content)
  if (!isNew) await saveSlug(tx, { kind: 'article', slug, target: id, live: true })
  if (!isFirst && publishedAt !== publishedBefore) await redateFirst(tx, id, publishedAt)
  if (liveVersion !== null) await endPublication(tx, id, now)
  await beginPublication(tx, { article: id, number: version, at: isDated ? publishedAt : now })
  const live: ArticleRow = {
    ...article,
    status,
    liveVersion: version,
    liveSlug: slug,
    publishedAt: article.publishedAt === copy.publishedAt ? publishedAt : article.publishedAt,
    updatedAt: updated > publishedAt ? updated : publishedAt,
    ...(copy === article && { publishAt: null, embargoUntil: null }),
  }
  await saveTransition(tx, context, 'publish', live)
  const type = liveVersion === null ? 'article.published' : 'article.updated'
  await recordChange(tx, { type, at: now, target: id, slug, version, previousAttributes: attributesBefore })
  const remarks = await mediaRemarks(tx, content, now)
  return copy === article ? { row: live, edition, remarks } : { row: live, remarks }
}
