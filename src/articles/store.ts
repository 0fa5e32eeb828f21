/** The working copies of articles: finding, creating and saving them. */
import { eq, sql } from 'drizzle-orm'
import { type Actor, actorOf, type Caller, may } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { resolveId } from '../catalogue/resolve.ts'
import { assertPathFree, claimSlug, deleteUnpublishedSlug } from '../catalogue/slugs.ts'
import type { Article } from '../editions/article.ts'
import { type Content, editableContent, type RefKind, refsOf } from '../editions/content.ts'
import { newId } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { inSlices } from '../lib/slices.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { compressAhead } from '../storage/dialect.ts'
import { insertRow, insertRows, prepared, updateChanged } from '../storage/prepared-statements.ts'
import { articleRefs, articles } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { contentOf, type Draft } from './draft.ts'
import { storeCrops } from './image-crops.ts'
import type { MediaRemark } from './lifecycle/media-remarks.ts'
import { requireFreeExternalId, requireOwnSubItems } from './ownership.ts'
import { provisionalSlug, requireSlugChooser } from './provisional-slug.ts'
import { resolver } from './reference-resolver.ts'
import { addRevisionNote, insertRevision } from './revisions/store.ts'
import { isSameInSteps } from './same-content.ts'
import type { ArticleWithoutBody } from './schemas.ts'

type Row = typeof articles.$inferSelect
export type ArticleRow = Omit<Row, 'content'> & { content: Content }

/** What a save can change. The content is stored with the revision; the rest belongs to the article alone. */
export type WorkingCopy = Pick<ArticleRow, 'content' | 'slug' | 'publishedAt' | 'updatedAt'>

/** An article after a write; with its edition, if the write has published the working copy. */
export interface SavedArticle {
  row: ArticleRow
  edition?: Article
  /** What there is to say of the media that it has published. */
  remarks?: MediaRemark[]
}

/** Why something was saved; stored with the revision. */
export type Note = string | null | undefined

/** Whether to find articles in the trash. */
type Trashed = 'no' | 'only' | 'too'

const selectArticle = prepared('article_by_id', (db) =>
  db
    .select()
    .from(articles)
    .where(eq(articles.id, sql.placeholder('id'))),
)

/** The article that an id or a slug names, if the caller may see it. */
export async function findIfVisible(
  db: Reader,
  reference: string,
  caller: Caller,
  trashed: Trashed = 'no',
): Promise<ArticleRow | undefined> {
  const id = await resolveId(db, 'article', reference)
  const [row] = id === undefined ? [] : await selectArticle(db, { id })
  if (!row || !maySee(caller, row)) return undefined
  const isTrashed = row.deletedAt !== null
  if (isTrashed ? trashed === 'no' : trashed === 'only') return undefined
  return articleRow(row)
}

/** A row as editors work on it. */
export const articleRow = (row: Row): ArticleRow => ({ ...row, content: editableContent(row.content) })

/** The same; throws `not-found` for what does not exist and for what the caller may not see, alike. */
export async function findArticle(...query: Parameters<typeof findIfVisible>): Promise<ArticleRow> {
  const row = await findIfVisible(...query)
  if (!row) throw notFound('article')
  return row
}

const maySee = (caller: Caller, { createdBy }: Pick<Row, 'createdBy'>): boolean =>
  may(caller, 'content:write') || (may(caller, 'drafts:write') && createdBy === caller.id)

/** Creates an article with its first revision, which stores the note. */
export async function createArticle(tx: Writer, draft: Draft, context: WriteContext, note?: Note): Promise<ArticleRow> {
  const row = await newArticle(tx, draft, context)
  await insertArticle(tx, row, context, note)
  return row
}

/** The row of a new article, which is not written. Claims its slug, publicly if it is published at once. */
export async function newArticle(
  tx: Writer,
  draft: Draft,
  { caller, now }: WriteContext,
  { isPublished = false }: { isPublished?: boolean } = {},
): Promise<ArticleRow> {
  const id = newId()
  const { headline, slug: requested } = draft.input
  if (requested !== undefined) requireSlugChooser(caller)
  const content = await contentOf(resolver(tx, caller), draft)
  const { section, language } = content
  const actor = actorOf(caller)
  await requireOwnSubItems(tx, id, content, draft.input)
  const row: ArticleRow = {
    id,
    searchKey: null,
    indexedVersion: null,
    slug: await claimSlug(tx, {
      kind: 'article',
      target: id,
      section,
      requested: may(caller, 'content:write') ? requested : provisionalSlug(id, headline, language),
      name: headline,
      language,
      live: isPublished,
    }),
    status: 'draft',
    version: 1,
    liveVersion: null,
    liveSlug: null,
    createdBy: actor.id,
    createdByName: actor.name,
    createdAt: now,
    editedAt: now,
    publishedAt: draft.dates?.publishedAt ?? null,
    updatedAt: draft.dates?.updatedAt ?? null,
    publishAt: null,
    embargoUntil: null,
    deletedAt: null,
    ...columnsOf(content),
  }
  await requireFreeExternalId(tx, row, caller)
  return row
}

/** Stores a new article with its first revision, which stores the note. */
export async function insertArticle(tx: Writer, row: ArticleRow, context: WriteContext, note?: Note): Promise<void> {
  const { id, content } = row
  await compressAhead(content)
  await insertRow(tx, articles, row)
  await writeRefs(tx, id, [], content)
  await storeCrops(tx, content)
  await insertRevision(tx, { article: id, number: 1, at: context.now, note, actor: actorOf(context.caller), content })
  await audit(tx, context, { action: 'article.create', target: id, to: 1 })
}

/** Saves a draft as the next revision of the working copy; if it changes nothing, adds the note to the present one. */
export async function saveArticle(
  tx: Writer,
  before: ArticleRow,
  draft: Draft,
  context: WriteContext,
  note: Note = null,
): Promise<ArticleRow> {
  return saveIfChanged(tx, before, await workingCopyOf(tx, before, draft, context), context, note)
}

/** The working copy as it will be once the draft is saved. Writes nothing; throws what `saveArticle` would. */
export async function workingCopyOf(
  tx: Writer,
  before: ArticleRow,
  draft: Draft,
  context: WriteContext,
): Promise<WorkingCopy> {
  const content = await contentOf(resolver(tx, context.caller, refsOf(before.content)), draft, before.content.body)
  await requireOwnSubItems(tx, before.id, content, draft.input)
  const { publishedAt, updatedAt } = draft.dates ?? before
  return { content, slug: draft.input.slug ?? before.slug, publishedAt, updatedAt }
}

/** Saves a working copy as the next revision; if nothing has changed, adds the note to the present revision. */
export async function saveIfChanged(
  tx: Writer,
  before: ArticleRow,
  after: WorkingCopy,
  context: WriteContext,
  note: Note = null,
): Promise<ArticleRow> {
  const isSame =
    after.slug === before.slug &&
    after.publishedAt === before.publishedAt &&
    after.updatedAt === before.updatedAt &&
    (await inSlices(isSameInSteps(before.content, after.content)))
  if (!isSame) return saveRevision(tx, before, after, context, note)
  await addRevisionNote(tx, before, note)
  return before
}

/** Saves a working copy as the next revision. Throws `forbidden` if it is scheduled and the caller is no editor. */
export async function saveRevision(
  tx: Writer,
  before: ArticleRow,
  { content, slug: requested, publishedAt, updatedAt }: WorkingCopy,
  context: WriteContext,
  note: Note = null,
): Promise<ArticleRow> {
  const { caller, now } = context
  const { id } = before
  if (before.publishAt !== null && !may(caller, 'content:write'))
    throw new Problem('forbidden', 'the article is scheduled: what it will say is for editors to change')
  if (requested !== before.slug) requireSlugChooser(caller)
  const slug = await changeSlug(tx, before, requested, content)
  const actor: Actor = actorOf(caller)
  const row: ArticleRow = {
    ...before,
    slug,
    publishedAt,
    updatedAt,
    version: before.version + 1,
    editedAt: now,
    ...columnsOf(content),
  }
  if (row.externalId !== before.externalId) await requireFreeExternalId(tx, row, caller)
  await compressAhead(content)
  await updateChanged(tx, articles, { key: articles.id, value: id }, [before, row])
  await writeRefs(tx, id, refsOf(before.content), content)
  await storeCrops(tx, content)
  await insertRevision(tx, { article: id, number: row.version, at: now, note, actor, content })
  await audit(tx, context, { action: 'article.update', target: id, from: before.version, to: row.version })
  return row
}

/** Claims the slug of a saved working copy. Throws `conflict` if another article has it, or a section its path. */
async function changeSlug(
  tx: Writer,
  { id: target, slug, content }: ArticleRow,
  requested: string,
  { section }: Content,
): Promise<string> {
  const path = { kind: 'article', target, section }
  if (requested !== slug) {
    await claimSlug(tx, { ...path, requested, name: requested, live: false })
    await deleteUnpublishedSlug(tx, 'article', slug)
  } else if (section !== content.section) await assertPathFree(tx, { ...path, slug }, '/section')
  return requested
}

const columnsOf = (content: Content) => ({
  content,
  externalId: content.externalId,
  language: content.language,
  sortHeadline: sortKey(content.headline),
})

async function writeRefs(tx: Writer, article: string, before: { kind: RefKind; ref: string }[], content: Content) {
  const after = refsOf(content)
  const isSame =
    before.length === after.length && before.every((b, i) => b.kind === after[i]?.kind && b.ref === after[i]?.ref)
  if (isSame) return
  if (before.length > 0) await tx.delete(articleRefs).where(eq(articleRefs.article, article))
  const rows = after.map((ref) => ({ ...ref, article }))
  await insertRows(tx, articleRefs, rows)
}

/** The article in the form of a request, for a merge patch to be applied to. */
export function inputOf({ slug, content }: ArticleRow): ArticleWithoutBody {
  const { body: _, wordCount: __, ...input } = content
  return { ...input, slug }
}
