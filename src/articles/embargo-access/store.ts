import { and, eq, inArray, isNotNull, isNull, lte, or } from 'drizzle-orm'
import type { AccessAttributes } from '../../access/attributes.ts'
import { covers } from '../../access/grants.ts'
import { mediaAccessOf } from '../../access/media-access.ts'
import { type Caller, callerWithoutKey } from '../../access/roles.ts'
import { resolveId } from '../../catalogue/resolve.ts'
import { ancestorIds } from '../../catalogue/section-tree.ts'
import { attributesOf } from '../../editions/access-attributes.ts'
import type { Article } from '../../editions/article.ts'
import { withMediaFor } from '../../editions/article-media.ts'
import { refsOf } from '../../editions/content.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../../storage/keyset.ts'
import { articleRefs, articles, authors } from '../../storage/schema.ts'
import type { Reader } from '../../storage/storage.ts'
import { presentArticles } from '../presenter.ts'
import type { ArticleRow } from '../store.ts'

/** The attributes of a working copy that grants are checked against. */
export async function attributesOfDraft(
  db: Reader,
  { content }: Pick<ArticleRow, 'content'>,
): Promise<AccessAttributes> {
  const above = content.section === null ? [] : await ancestorIds(db, content.section)
  const refs = refsOf(content).filter(({ kind }) => kind !== 'section')
  return attributesOf(content, [...refs, ...above.map((ref) => ({ kind: 'section', ref }))])
}

/** The latest `publishAt` of the advance copies that the caller may see; undefined if there is no limit. */
function visibleUntil({ grant, role }: Caller, now: Date): string | undefined {
  if (role !== 'partner') return undefined
  return new Date(now.getTime() + (grant?.embargoLeadSeconds ?? 0) * 1_000).toISOString()
}

/** The advance copy of a scheduled article, if the caller may see it. */
export async function findAdvanceCopy(
  db: Reader,
  reference: string,
  caller: Caller,
  now: Date,
): Promise<Article | undefined> {
  const id = await resolveId(db, 'article', reference)
  const [row] = id === undefined ? [] : await db.select().from(articles).where(eq(articles.id, id))
  if (!row?.publishAt || row.deletedAt !== null || row.status !== 'scheduled') return undefined
  const until = visibleUntil(caller, now)
  const isEarlyEnough = until === undefined || (caller.grant?.embargoLeadSeconds && row.publishAt <= until)
  if (!isEarlyEnough || !covers(caller.grant, await attributesOfDraft(db, row as ArticleRow))) return undefined
  const [article] = await presentArticles(db, [row as ArticleRow], reader)
  return article && withoutWorkingState(article)
}

/** Whether an advance copy that the caller may see shows media, itself or in its byline. */
export async function isInAdvanceCopy(db: Reader, media: string, caller: Caller, now: Date): Promise<boolean> {
  const until = visibleUntil(caller, now)
  if (until !== undefined && !caller.grant?.embargoLeadSeconds) return false
  const depicted = db.select({ id: authors.id }).from(authors).where(eq(authors.image, media))
  const isShown = and(eq(articleRefs.kind, 'media'), eq(articleRefs.ref, media))
  const isInByline = and(eq(articleRefs.kind, 'author'), inArray(articleRefs.ref, depicted))
  const showing = db.select({ article: articleRefs.article }).from(articleRefs).where(or(isShown, isInByline))
  const rows = await db
    .select()
    .from(articles)
    .where(and(isAdvanceCopy(until), inArray(articles.id, showing)))
  for (const row of rows as ArticleRow[]) if (covers(caller.grant, await attributesOfDraft(db, row))) return true
  return false
}

/** The predicate for articles that are scheduled until a time; without one, for all that are. */
const isAdvanceCopy = (until: string | undefined) =>
  and(
    isNotNull(articles.publishAt),
    isNull(articles.deletedAt),
    eq(articles.status, 'scheduled'),
    until === undefined ? undefined : lte(articles.publishAt, until),
  )

/** The caller that advance copies are presented to: related links to articles that are not live stay hidden. */
const reader = callerWithoutKey(null, 'partner', 'partner')

/** A page of the advance copies that the caller may see, the next to be published first. Throws `invalid-cursor`. */
export async function listAdvanceCopies(
  db: Reader,
  caller: Caller,
  now: Date,
  request: PageRequest,
): Promise<{ data: Partial<Article>[]; page: Omit<Page<unknown>, 'rows'> }> {
  const { grant } = caller
  const until = visibleUntil(caller, now)
  const seesAny = until === undefined || Boolean(grant?.embargoLeadSeconds)
  const order = { kind: 'time', column: articles.publishAt, id: articles.id, descending: false } as const
  const slice = keyset(order, request)
  const found = (await db
    .select()
    .from(articles)
    .where(and(isAdvanceCopy(until), slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)) as ArticleRow[]
  const { rows, ...page } = pageOf(found, request, ({ publishAt, id }) => [publishAt ?? '', id])
  const granted: ArticleRow[] = []
  for (const row of seesAny ? rows : []) if (covers(grant, await attributesOfDraft(db, row))) granted.push(row)
  const presented = (await presentArticles(db, granted, reader)).map(withoutWorkingState)
  return { data: presented.map((article) => withMediaFor(mediaAccessOf(caller), article)), page }
}

/** An article without the members of a working copy, but for when it is published. */
function withoutWorkingState({
  liveVersion: _,
  hasUnpublishedChanges: __,
  createdAt: ___,
  createdBy: ____,
  ...article
}: Article) {
  return article
}
