/** What moves an article from state to state: on and off the newsstand, into the trash and out of it. */
import { and, eq, ne, sql } from 'drizzle-orm'
import { actorOf } from '../../access/roles.ts'
import type { WriteContext } from '../../access/write-context.ts'
import { audit } from '../../audit/log.ts'
import { countOf } from '../../catalogue/entry.ts'
import { checkPath, enterSlug, isPathTaken, releaseSlugs } from '../../catalogue/slugs.ts'
import { type ChangeType, record } from '../../changes/log.ts'
import { liveSection } from '../../editions/paths.ts'
import * as newsstand from '../../editions/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { dropTokens } from '../../storage/fulltext.ts'
import { articleRefs, articles, corrections } from '../../storage/schema.ts'
import { prepared, type Writer } from '../../storage/storage.ts'
import { wasLive } from '../publication-dates.ts'
import { readRevision } from '../revisions/store.ts'
import type { ArticleRow } from '../store.ts'
import { beginPublication, endPublication, lastSeen, redateFirst } from './publications.ts'
import { allowedIn, type State, statusAfter, type TransitionName } from './workflow.ts'

const stateOf = (article: ArticleRow): State => ({
  status: article.status as State['status'],
  wasLive: wasLive(article),
  isScheduled: article.publishAt !== null,
})

/** What is thrown for what only a live article takes; it lists what can be done instead. */
export function onlyLive(article: ArticleRow, detail: string): Problem {
  const state = stateOf(article)
  return new Problem('transition-not-allowed', detail, { more: { state: state.status, allowed: allowedIn(state) } })
}

/** What of an article goes live. */
export type Copy = Pick<ArticleRow, 'slug' | 'version' | 'content' | 'publishedAt'>

interface Publishing {
  /** The time that a first edition bears as published, if the article has no date of its own; now if left out. */
  at?: string
  /** The time that the edition bears as updated; now if left out. */
  updatedAt?: string | null | undefined
  /** What goes live, if it is not the working copy. Then what is scheduled stays so. */
  copy?: Copy
}

/** Publishes, if the path is no section's. Throws `conflict`. */
export async function publish(
  tx: Writer,
  article: ArticleRow,
  act: WriteContext,
  publishing: Publishing = {},
): Promise<ArticleRow> {
  statusAfter(stateOf(article), 'publish')
  await checkAddress(tx, article, publishing.copy)
  return makeLive(tx, article, act, publishing)
}

/**
 * Throws `conflict` if an article that goes live would have the path of a section. One that is live at such a path, from
 * before that was refused, stays there.
 */
async function checkAddress(tx: Writer, article: ArticleRow, copy: Copy = article): Promise<void> {
  const { id, liveSlug, liveVersion } = article
  const { slug, content } = copy
  const place = { kind: 'article', target: id, above: content.section, slug }
  if (!(await isPathTaken(tx, place))) return
  const isThere = liveVersion !== null && liveSlug === slug && (await liveSection(tx, id)) === content.section
  if (!isThere) await checkPath(tx, place, '/slug')
}

/**
 * Makes the working copy the live edition. A first edition of an article that has a date bears that; in a millisecond
 * that a thousand bear already, the next.
 */
export async function makeLive(
  tx: Writer,
  article: ArticleRow,
  act: WriteContext,
  { at = act.now, updatedAt, copy = article }: Publishing = {},
): Promise<ArticleRow> {
  const { now } = act
  const status = statusAfter(stateOf(article), 'publish')
  const { id, liveVersion } = article
  const { slug, version, content } = copy
  const isFirst = !wasLive(article)
  const isDated = isFirst && copy.publishedAt !== null
  const wanted = copy.publishedAt ?? at
  const updated = updatedAt ?? (isDated ? (article.updatedAt ?? wanted) : now)
  const standing = { id, slug, status, version, publishedAt: wanted, updatedAt: updated }
  const { was, publishedAt, publishedBefore } = await newsstand.putEdition(tx, standing, content, now)
  await enterSlug(tx, { kind: 'article', slug, target: id, live: true })
  if (!isFirst && publishedAt !== publishedBefore) await redateFirst(tx, id, publishedAt)
  await endPublication(tx, id, now)
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
  await write(tx, act, 'publish', live)
  const type = liveVersion === null ? 'article.published' : 'article.updated'
  await record(tx, { type, at: now, target: id, slug, version, was })
  return live
}

/** When an article is to go live: at a time, and not before an embargo has ended. */
export interface Release {
  at?: string | undefined
  embargoUntil?: string | undefined
}

/** Sets when the working copy goes live. Throws `validation` for a time that is past, or before the embargo's end. */
export async function schedule(
  tx: Writer,
  article: ArticleRow,
  makeLive: Release,
  act: WriteContext,
): Promise<ArticleRow> {
  const { now } = act
  const { at, embargoUntil } = makeLive
  const publishAt = at ?? embargoUntil ?? now
  if (at !== undefined && at <= now) throw wrongTime('at', 'must be in the future')
  if (embargoUntil !== undefined && embargoUntil <= now) throw wrongTime('embargoUntil', 'must be in the future')
  if (embargoUntil !== undefined && embargoUntil > publishAt)
    throw wrongTime('embargoUntil', 'must not be after the time of publication')
  const status = statusAfter(stateOf(article), 'schedule')
  await checkAddress(tx, article)
  return write(tx, act, 'schedule', { ...article, status, publishAt, embargoUntil: embargoUntil ?? null })
}

function wrongTime(name: string, message: string): Problem {
  const errors = [{ in: 'body' as const, pointer: `/${name}`, code: 'wrong_time', message }]
  return new Problem('validation', `${name} ${message}`, { errors })
}

/** Takes the live edition off the newsstand, and calls off what was scheduled; the working copy stays. */
export async function unpublish(tx: Writer, article: ArticleRow, act: WriteContext): Promise<ArticleRow> {
  const status = statusAfter(stateOf(article), 'unpublish')
  if (article.liveVersion !== null) await withdraw(tx, article, 'article.unpublished', act.now)
  return write(tx, act, 'unpublish', { ...article, status, liveVersion: null, publishAt: null, embargoUntil: null })
}

/** Calls off what was scheduled; what is live stays. */
export function unschedule(tx: Writer, article: ArticleRow, act: WriteContext): Promise<ArticleRow> {
  const status = statusAfter(stateOf(article), 'unschedule')
  return write(tx, act, 'unschedule', { ...article, status, publishAt: null, embargoUntil: null })
}

/** Moves the article to a state in which nothing changes for the world: to review, or back from it. */
export const moveForReview =
  (action: Extract<TransitionName, 'submit' | 'return'>) =>
  (tx: Writer, article: ArticleRow, act: WriteContext): Promise<ArticleRow> =>
    write(tx, act, action, { ...article, status: statusAfter(stateOf(article), action) })

/** Takes the article back for good: a notice stands in its place. */
export async function retract(
  tx: Writer,
  article: ArticleRow,
  notice: { reason: string; replacement: string | null },
  act: WriteContext,
): Promise<ArticleRow> {
  const { caller, now } = act
  const status = statusAfter(stateOf(article), 'retract')
  const { id } = article
  const { slug, version } = await lastSeen(tx, article)
  const { content } = await readRevision(tx, id, version)
  await withdraw(tx, article, 'article.retracted', now)
  const { id: actor, name: actorName } = actorOf(caller)
  const correction = { kind: 'retraction', text: notice.reason, at: now, fromVersion: version, toVersion: version }
  await tx.insert(corrections).values({ id: newId(), article: id, actor, actorName, ...correction })
  await newsstand.putRetraction(tx, { article: id, slug, headline: content.headline, at: now, ...notice })
  return write(tx, act, 'retract', { ...article, status, liveVersion: null, publishAt: null, embargoUntil: null })
}

/** Moves an article to the trash, off the newsstand too. */
export async function trash(tx: Writer, article: ArticleRow, act: WriteContext): Promise<ArticleRow> {
  const { now } = act
  const { status } = article
  if (article.liveVersion !== null) await withdraw(tx, article, 'article.deleted', now)
  const shelved = wasLive(article) ? 'unpublished' : 'draft'
  return write(tx, act, 'trash', {
    ...article,
    status: status === 'retracted' ? status : shelved,
    liveVersion: null,
    publishAt: null,
    embargoUntil: null,
    deletedAt: now,
  })
}

/** Brings an article back from the trash, as a working copy. */
export const restore = (tx: Writer, article: ArticleRow, act: WriteContext): Promise<ArticleRow> =>
  write(tx, act, 'restore', { ...article, deletedAt: null })

/** Removes an article for good, with its revisions. Throws `in-use` while other articles link to it. */
export async function deletePermanently(tx: Writer, article: ArticleRow, act: WriteContext): Promise<void> {
  const { id, slug, searchKey } = article
  const [linking] = await tx
    .select({ count: countOf })
    .from(articleRefs)
    .where(and(eq(articleRefs.kind, 'article'), eq(articleRefs.ref, id), ne(articleRefs.article, id)))
  const uses = { articles: linking?.count ?? 0 }
  if (uses.articles > 0)
    throw new Problem('in-use', `${uses.articles} articles have a related link to "${slug}"`, { more: { uses } })
  if (article.liveVersion !== null || article.status === 'retracted')
    await withdraw(tx, article, 'article.deleted', act.now)
  await audit(tx, act, { action: 'article.erase', target: id, from: article.version })
  await releaseSlugs(tx, id)
  if (searchKey !== null) await dropTokens(tx, 'drafts', searchKey)
  await tx.delete(articles).where(eq(articles.id, id))
}

async function withdraw(
  tx: Writer,
  article: ArticleRow,
  type: Extract<ChangeType, `article.${string}`>,
  now: string,
): Promise<void> {
  const { id } = article
  const seen = await lastSeen(tx, article)
  const was = await newsstand.removeEdition(tx, id, now)
  await endPublication(tx, id, now)
  await record(tx, { type, at: now, target: id, ...seen, was })
}

/** What becomes of an article by a move; all else stays as it was saved, and SQLite writes no index for it anew. */
const moved = [
  'status',
  'liveVersion',
  'liveSlug',
  'publishedAt',
  'updatedAt',
  'publishAt',
  'embargoUntil',
  'deletedAt',
] as const satisfies (keyof ArticleRow)[]
const updateStanding = prepared('article_standing', (tx: Writer) =>
  tx
    .update(articles)
    .set(Object.fromEntries(moved.map((name) => [name, sql.placeholder(name)])))
    .where(eq(articles.id, sql.placeholder('id'))),
)

/** Keeps what became of an article, and that somebody did it. */
async function write(tx: Writer, act: WriteContext, verb: string, article: ArticleRow): Promise<ArticleRow> {
  await updateStanding(tx, { ...article })
  await audit(tx, act, { action: `article.${verb}`, target: article.id, from: article.version, to: article.version })
  return article
}
