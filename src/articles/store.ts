/** The newsroom: the working copies. */
import { eq } from 'drizzle-orm'
import { type Actor, actorOf, type Caller, may } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { resolveId } from '../catalogue/resolve.ts'
import { assertPathFree, claimSlug, deleteUnpublishedSlug } from '../catalogue/slugs.ts'
import { type Content, type RefKind, refsOf } from '../editions/content.ts'
import { newId } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { sortKey } from '../lib/tokenizer.ts'
import { insertRow, insertRows } from '../storage/prepared-statements.ts'
import { articleRefs, articles } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'
import { contentOf, type Draft } from './draft.ts'
import { indexDraft } from './draft-index.ts'
import { requireFreeExternalId, requireOwnSubItems } from './ownership.ts'
import { resolver } from './reference-resolver.ts'
import { insertRevision } from './revisions/store.ts'
import type { ArticleWithoutBody } from './schemas.ts'

type Row = typeof articles.$inferSelect
export type ArticleRow = Omit<Row, 'content'> & { content: Content }

/** What a save makes of an article. All but the content belongs to the article and not to a revision. */
export type WorkingCopy = Pick<ArticleRow, 'content' | 'slug' | 'publishedAt' | 'updatedAt'>

/** Whether what is in the trash is wanted. */
type Trashed = 'no' | 'only' | 'too'

/** The article that an id or a slug names, if the caller may see it. */
export async function findIfVisible(
  db: Reader,
  reference: string,
  caller: Caller,
  trashed: Trashed = 'no',
): Promise<ArticleRow | undefined> {
  const id = await resolveId(db, 'article', reference)
  const [row] = id === undefined ? [] : await db.select().from(articles).where(eq(articles.id, id))
  if (!row || !maySee(caller, row)) return undefined
  const isTrashed = row.deletedAt !== null
  if (isTrashed ? trashed === 'no' : trashed === 'only') return undefined
  return row as ArticleRow
}

/** The same; throws `not-found` for what is not there and for what the caller may not see, alike. */
export async function findArticle(...wanted: Parameters<typeof findIfVisible>): Promise<ArticleRow> {
  const row = await findIfVisible(...wanted)
  if (!row) throw notFound('article')
  return row
}

const maySee = (caller: Caller, { createdBy }: Pick<Row, 'createdBy'>): boolean =>
  may(caller, 'content:write') || (may(caller, 'drafts:write') && createdBy === caller.id)

/** Makes a working copy, its first revision. */
export async function createArticle(tx: Writer, draft: Draft, act: WriteContext): Promise<ArticleRow> {
  const { caller, now } = act
  const id = newId()
  const { headline, slug: wanted } = draft.input
  const content = await contentOf(resolver(tx, caller), draft)
  const { section: above, language } = content
  const actor = actorOf(caller)
  const row: ArticleRow = {
    id,
    searchKey: await indexDraft(tx, content, undefined),
    slug: await claimSlug(tx, {
      kind: 'article',
      target: id,
      section: above,
      requested: wanted,
      name: headline,
      language,
      live: false,
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
  await requireFreeExternalId(tx, row)
  await requireOwnSubItems(tx, id, content)
  await insertRow(tx, articles, row)
  await writeRefs(tx, id, [], content)
  await insertRevision(tx, { article: id, number: 1, at: now, note: null, actor, content })
  await audit(tx, act, { action: 'article.create', target: id, to: 1 })
  return row
}

/** Saves what an editor made of the working copy: the next revision. */
export async function saveArticle(
  tx: Writer,
  before: ArticleRow,
  draft: Draft,
  act: WriteContext,
): Promise<ArticleRow> {
  return saveIfChanged(tx, before, await workingCopyOf(tx, before, draft, act), act)
}

/** What the working copy will be once a draft is saved. Writes nothing; throws what saving would. */
export async function workingCopyOf(
  tx: Writer,
  before: ArticleRow,
  draft: Draft,
  act: WriteContext,
): Promise<WorkingCopy> {
  const content = await contentOf(resolver(tx, act.caller, refsOf(before.content)), draft)
  await requireOwnSubItems(tx, before.id, content)
  const { publishedAt, updatedAt } = draft.dates ?? before
  return { content, slug: draft.input.slug ?? before.slug, publishedAt, updatedAt }
}

/** Saves a working copy as the next revision, if it is not what is there; for changes of a part of it, too. */
export async function saveIfChanged(
  tx: Writer,
  before: ArticleRow,
  after: WorkingCopy,
  act: WriteContext,
): Promise<ArticleRow> {
  const isSame =
    after.slug === before.slug &&
    after.publishedAt === before.publishedAt &&
    after.updatedAt === before.updatedAt &&
    JSON.stringify(after.content) === JSON.stringify(before.content)
  return isSame ? before : saveRevision(tx, before, after, act)
}

/** Saves a working copy as the next revision. Throws `forbidden` if it is scheduled and the caller is no editor. */
export async function saveRevision(
  tx: Writer,
  before: ArticleRow,
  { content, slug: wanted, publishedAt, updatedAt }: WorkingCopy,
  act: WriteContext,
): Promise<ArticleRow> {
  const { caller, now } = act
  const { id } = before
  if (before.publishAt !== null && !may(caller, 'content:write'))
    throw new Problem('forbidden', 'the article is scheduled: what it will say is for editors to change')
  const slug = await moveTo(tx, before, wanted, content)
  const actor: Actor = actorOf(caller)
  const own = { slug, publishedAt, updatedAt }
  const saved = { version: before.version + 1, editedAt: now, searchKey: await indexDraft(tx, content, before) }
  const row: ArticleRow = { ...before, ...own, ...saved, ...columnsOf(content) }
  await requireFreeExternalId(tx, row)
  await tx.update(articles).set(row).where(eq(articles.id, id))
  await writeRefs(tx, id, refsOf(before.content), content)
  await insertRevision(tx, { article: id, number: row.version, at: now, note: null, actor, content })
  await audit(tx, act, { action: 'article.update', target: id, from: before.version, to: row.version })
  return row
}

/** The slug of a working copy that is saved. Throws `conflict` if it belongs to another, or its path to a section. */
async function moveTo(
  tx: Writer,
  { id: target, slug, content }: ArticleRow,
  requested: string,
  { section }: Content,
): Promise<string> {
  const place = { kind: 'article', target, section }
  if (requested !== slug) {
    await claimSlug(tx, { ...place, requested, name: requested, live: false })
    await deleteUnpublishedSlug(tx, 'article', slug)
  } else if (section !== content.section) await assertPathFree(tx, { ...place, slug }, '/section')
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
  const same =
    before.length === after.length && before.every((b, i) => b.kind === after[i]?.kind && b.ref === after[i]?.ref)
  if (same) return
  if (before.length > 0) await tx.delete(articleRefs).where(eq(articleRefs.article, article))
  const rows = after.map((ref) => ({ ...ref, article }))
  await insertRows(tx, articleRefs, rows)
}

/** The input that would make the article as it is: what a merge patch is merged into. */
export function inputOf({ slug, content }: ArticleRow): ArticleWithoutBody {
  const { body: _, wordCount: __, ...input } = content
  return { ...input, slug }
}
