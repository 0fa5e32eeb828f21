/** The newsroom: the working copies. */
import { eq } from 'drizzle-orm'
import { audit } from '../audit/log.ts'
import type { StoredBlock } from '../body/block.ts'
import { toText } from '../body/to-text.ts'
import { countWords } from '../body/words.ts'
import { idOf } from '../catalogue/addresses.ts'
import { checkPath, claimSlug, release } from '../catalogue/slugs.ts'
import { type Content, type RefKind, refsOf } from '../editions/content.ts'
import { sortKey } from '../editions/store.ts'
import type { Act } from '../lib/act.ts'
import { newId } from '../lib/id.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { type Actor, actorOf, type Caller, may } from '../lib/roles.ts'
import { articleRefs, articles } from '../storage/schema.ts'
import { insertRow, insertRows, type Reader, type Writer } from '../storage/storage.ts'
import { refuseForeignParts, refuseTakenExternalId } from './belongings.ts'
import type { ArticleWithoutBody } from './input.ts'
import { type Resolver, resolver } from './references.ts'
import { keep } from './revisions.ts'

type Row = typeof articles.$inferSelect
export type ArticleRow = Omit<Row, 'content'> & { content: Content }

/** What an editor sends, its body as blocks; a quote's source is still the reference that was sent. */
export interface Draft {
  input: ArticleWithoutBody
  body: StoredBlock[]
}

/** Whether what is in the trash is wanted. */
type Trashed = 'no' | 'only' | 'too'

/** The article that an id or a slug names, if the caller may see it. */
export async function seekArticle(
  db: Reader,
  reference: string,
  caller: Caller,
  trashed: Trashed = 'no',
): Promise<ArticleRow | undefined> {
  const id = await idOf(db, 'article', reference)
  const [row] = id === undefined ? [] : await db.select().from(articles).where(eq(articles.id, id))
  if (!row || !maySee(caller, row)) return undefined
  const isTrashed = row.deletedAt !== null
  if (isTrashed ? trashed === 'no' : trashed === 'only') return undefined
  return row as ArticleRow
}

/** The same; throws `not-found` for what is not there and for what the caller may not see, alike. */
export async function findArticle(...wanted: Parameters<typeof seekArticle>): Promise<ArticleRow> {
  const row = await seekArticle(...wanted)
  if (!row) throw notFound('article')
  return row
}

const maySee = (caller: Caller, { createdBy }: Pick<Row, 'createdBy'>): boolean =>
  may(caller, 'content:write') || (may(caller, 'drafts:write') && createdBy === caller.id)

/** Makes a working copy, its first revision. */
export async function create(tx: Writer, draft: Draft, act: Act): Promise<ArticleRow> {
  const { caller, now } = act
  const id = newId()
  const { headline, slug: wanted } = draft.input
  const content = await contentOf(resolver(tx, caller), draft)
  const { section: above, language } = content
  const actor = actorOf(caller)
  const row: ArticleRow = {
    id,
    slug: await claimSlug(tx, { kind: 'article', target: id, above, wanted, name: headline, language, live: false }),
    status: 'draft',
    version: 1,
    liveVersion: null,
    liveSlug: null,
    createdBy: actor.id,
    createdByName: actor.name,
    createdAt: now,
    editedAt: now,
    publishedAt: null,
    updatedAt: null,
    publishAt: null,
    embargoUntil: null,
    deletedAt: null,
    ...columnsOf(content),
  }
  await refuseTakenExternalId(tx, row)
  await refuseForeignParts(tx, id, content)
  await insertRow(tx, articles, row)
  await writeRefs(tx, id, [], content)
  await keep(tx, { article: id, number: 1, at: now, note: null, actor, content })
  await audit(tx, act, { action: 'article.create', target: id, to: 1 })
  return row
}

/** Saves what an editor made of the working copy: the next revision. */
export async function save(tx: Writer, before: ArticleRow, draft: Draft, act: Act): Promise<ArticleRow> {
  const content = await contentOf(resolver(tx, act.caller, refsOf(before.content)), draft)
  await refuseForeignParts(tx, before.id, content)
  return saveContent(tx, before, content, act, draft.input.slug)
}

/** Saves a content as the next revision; for parts of an article that are changed on their own. */
export async function saveContent(
  tx: Writer,
  before: ArticleRow,
  content: Content,
  act: Act,
  wantedSlug: string = before.slug,
): Promise<ArticleRow> {
  const { caller, now } = act
  const { id } = before
  if (wantedSlug === before.slug && JSON.stringify(content) === JSON.stringify(before.content)) return before
  if (before.publishAt !== null && !may(caller, 'content:write'))
    throw new Problem('forbidden', 'the article is scheduled: what it will say is for editors to change')
  const slug = await moveTo(tx, before, wantedSlug, content)
  const actor: Actor = actorOf(caller)
  const row: ArticleRow = { ...before, slug, version: before.version + 1, editedAt: now, ...columnsOf(content) }
  await refuseTakenExternalId(tx, row)
  await tx.update(articles).set(row).where(eq(articles.id, id))
  await writeRefs(tx, id, refsOf(before.content), content)
  await keep(tx, { article: id, number: row.version, at: now, note: null, actor, content })
  await audit(tx, act, { action: 'article.update', target: id, from: before.version, to: row.version })
  return row
}

/** The slug of a working copy that is saved. Throws `conflict` if it belongs to another, or its path to a section. */
async function moveTo(
  tx: Writer,
  { id: target, slug, content }: ArticleRow,
  wanted: string,
  { section: above }: Content,
): Promise<string> {
  const place = { kind: 'article', target, above }
  if (wanted !== slug) {
    await claimSlug(tx, { ...place, wanted, name: wanted, live: false })
    await release(tx, 'article', slug)
  } else if (above !== content.section) await checkPath(tx, { ...place, slug }, '/section')
  return wanted
}

const columnsOf = (content: Content) => ({
  content,
  externalId: content.externalId,
  language: content.language,
  sortHeadline: sortKey(content.headline),
})

/** The content that a draft stands for; references that lead nowhere are thrown, all at once. */
async function contentOf(resolve: Resolver, { input, body }: Draft): Promise<Content> {
  const language = input.language ?? 'en'
  const blocks: StoredBlock[] = []
  for (const [index, block] of body.entries()) blocks.push(await storedBlock(resolve, block, index))
  const content: Content = {
    headline: input.headline,
    kicker: input.kicker ?? null,
    standfirst: input.standfirst ?? null,
    summary: input.summary ?? null,
    dateline: input.dateline ? { city: input.dateline.city, country: input.dateline.country ?? null } : null,
    section: await resolve.maybe('section', input.section, ['section']),
    authors: await resolve.all('author', input.authors, ['authors']),
    tags: await resolve.all('tag', input.tags, ['tags']),
    body: blocks,
    citations: [],
    relatedLinks: [],
    language,
    seo: filled({ title: null, description: null, canonicalUrl: null, noIndex: false }, input.seo),
    rights: filled({ usage: null, copyrightHolder: null, copyrightNotice: null }, input.rights),
    externalId: input.externalId ?? null,
    wordCount: countWords(toText(blocks), language),
  }
  for (const [index, citation] of inOrder(input.citations).entries())
    content.citations.push(await storedCitation(resolve, citation, ['citations', index]))
  for (const [index, link] of inOrder(input.relatedLinks).entries())
    content.relatedLinks.push(await storedLink(resolve, link, ['relatedLinks', index]))
  resolve.check()
  return content
}

async function storedBlock(resolve: Resolver, block: StoredBlock, index: number): Promise<StoredBlock> {
  if (block.type !== 'quote') return block
  return { ...block, source: await resolve.maybe('source', block.source, ['body', index, 'source']) }
}

type CitationInput = NonNullable<ArticleWithoutBody['citations']>[number]
type RelatedLinkInput = NonNullable<ArticleWithoutBody['relatedLinks']>[number]

/** A citation as it is stored; `path` says where its source stands in the request. */
export async function storedCitation(resolve: Resolver, citation: CitationInput, path: PropertyKey[]) {
  const { id = newId(), relation, quote = null, note = null, url = null, accessedAt = null } = citation
  const source = await resolve.one('source', citation.source, [...path, 'source'])
  return { id, source, relation, quote, note, url, accessedAt }
}

/** A related link as it is stored; `path` says where its article stands in the request. */
export async function storedLink(resolve: Resolver, link: RelatedLinkInput, path: PropertyKey[]) {
  const { id = newId(), url = null, title = null, teaser = null, publisher = null, label = null } = link
  const article = await resolve.maybe('article', link.article, [...path, 'article'])
  return { id, article, url, title, teaser, publisher, label }
}

/** Parts in the order of their positions; those without one stay where they stand. */
function inOrder<T extends { position?: number | undefined }>(parts: T[] = []): T[] {
  const place = parts.map((part, index) => ({ part, at: part.position ?? index }))
  return place.sort((a, b) => a.at - b.at).map(({ part }) => part)
}

/** The value, with the defaults where it has nothing. */
const filled = <D extends object, T extends object>(defaults: D, value: T | undefined) => {
  const given = Object.entries(value ?? {}).filter(([, member]) => member !== undefined)
  return { ...defaults, ...(Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> }) }
}

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
