/** From what an editor sends to the content that is stored: references become ids, defaults fill in what is left out. */
import type { StoredBlock } from '../body/block.ts'
import { withBlockIds } from '../body/block-ids.ts'
import { mapMedia, mediaItems } from '../body/media-uses.ts'
import { wordsOfBody } from '../body/word-count.ts'
import type { Content, StoredCitation, StoredImage, StoredRelatedLink } from '../editions/content.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { inSlices } from '../lib/slices.ts'
import type { PublicationDates } from './publication-dates.ts'
import type { Resolver } from './reference-resolver.ts'
import type { ArticleWithoutBody } from './schemas.ts'

/** What an editor sends, with the body as blocks; the sources of quotes are still references (ids or slugs). */
export interface Draft {
  input: ArticleWithoutBody
  body: StoredBlock[]
  /** The dates to set; the present ones if left out. */
  dates?: PublicationDates
}

/**
 * The content of a draft; blocks that are as before keep their ids. Throws `invalid-reference` with all references that do not
 * resolve.
 */
export async function contentOf(
  resolve: Resolver,
  { input, body }: Draft,
  before: StoredBlock[] = [],
): Promise<Content> {
  const language = input.language ?? 'en'
  await resolve.prefetch(referencesIn({ input, body }))
  const resolved: StoredBlock[] = []
  for (const [index, block] of body.entries()) resolved.push(await storedBlock(resolve, block, index))
  const blocks = await inSlices(withBlockIds(resolved, before))
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
    ...(input.image && { image: await storedImage(resolve, input.image) }),
    citations: [],
    relatedLinks: [],
    language,
    seo: withDefaults({ title: null, description: null, canonicalUrl: null, noIndex: false }, input.seo),
    rights: withDefaults({ usage: null, copyrightHolder: null, copyrightNotice: null }, input.rights),
    externalId: input.externalId ?? null,
    wordCount: await inSlices(wordsOfBody(blocks, language)),
  }
  for (const [index, citation] of inOrder(input.citations).entries())
    content.citations.push(await storedCitation(resolve, citation, ['citations', index]))
  for (const [index, link] of inOrder(input.relatedLinks).entries())
    content.relatedLinks.push(await storedLink(resolve, link, ['relatedLinks', index]))
  resolve.check()
  for (const name of ['citations', 'relatedLinks'] as const) refuseSameIds(content[name], name)
  return content
}

/** Throws for two items with one id: the next change of one would remove the other. */
function refuseSameIds(items: { id: string }[], name: string): void {
  const ids = new Set<string>()
  for (const [index, { id }] of items.entries()) {
    if (ids.has(id)) {
      const error = {
        in: 'body' as const,
        pointer: `/${name}/${index}/id`,
        code: 'duplicate',
        message: 'must not occur twice',
      }
      throw new Problem('validation', `${name}/${index}/id must not occur twice`, { errors: [error] })
    }
    ids.add(id)
  }
}

/** The references in a draft, as they were sent. */
const referencesIn = ({ input, body }: Draft): Parameters<Resolver['prefetch']>[0] => [
  ['section', input.section],
  ...(input.authors ?? []).map((ref) => ['author', ref] as const),
  ...(input.tags ?? []).map((ref) => ['tag', ref] as const),
  ...body.map((block) => ['source', block.type === 'quote' ? block.source : undefined] as const),
  ['image', input.image && imageIdOf(input.image)],
  ...body.flatMap(mediaItems).map(({ kind, media }) => [kind, media] as const),
  ...(input.citations ?? []).map(({ source }) => ['source', source] as const),
  ...(input.relatedLinks ?? []).map(({ article }) => ['article', article] as const),
]

async function storedBlock(resolve: Resolver, block: StoredBlock, index: number): Promise<StoredBlock> {
  if (block.type === 'quote')
    return { ...block, source: await resolve.maybe('source', block.source, ['body', index, 'source']) }
  const ids = new Map<string, string>()
  for (const { kind, media, path } of mediaItems(block))
    ids.set(media, await resolve.one(kind, media, ['body', index, ...path, 'media']))
  return mapMedia(block, (item) => ({ ...item, media: ids.get(item.media) ?? '' })) ?? block
}

/** What a request names as the lead image; empty for nothing, which is refused before. */
export const imageIdOf = ({ media, id }: { media?: string | undefined; id?: string | undefined }): string =>
  media ?? id ?? ''

/** A lead image as it is stored. */
async function storedImage(resolve: Resolver, image: NonNullable<ArticleWithoutBody['image']>): Promise<StoredImage> {
  const { alt = null, caption = null, credit = null, crop = null } = image
  const media = imageIdOf(image)
  // The members in one order, because the address of a rendition depends on it.
  const part = crop && { x: crop.x, y: crop.y, width: crop.width, height: crop.height }
  return { media: await resolve.one('image', media, ['image', 'media']), alt, caption, credit, crop: part }
}

type CitationInput = NonNullable<ArticleWithoutBody['citations']>[number]
type RelatedLinkInput = NonNullable<ArticleWithoutBody['relatedLinks']>[number]

/** A citation as it is stored; `path` is the path of the citation in the request, for errors. */
export async function storedCitation(
  resolve: Resolver,
  citation: CitationInput,
  path: PropertyKey[],
): Promise<StoredCitation> {
  const { id = newId(), relation, quote = null, note = null, url = null, accessedAt = null } = citation
  const source = await resolve.one('source', citation.source, [...path, 'source'])
  return { id, source, relation, quote, note, url, accessedAt }
}

/** A related link as it is stored; `path` is the path of the link in the request, for errors. */
export async function storedLink(
  resolve: Resolver,
  link: RelatedLinkInput,
  path: PropertyKey[],
): Promise<StoredRelatedLink> {
  const { id = newId(), url = null, title = null, teaser = null, publisher = null, label = null } = link
  const article = await resolve.maybe('article', link.article, [...path, 'article'])
  return { id, article, url: article === null ? url : null, title, teaser, publisher, label }
}

/** Sub-items in the order of their positions; the position of one that has none is its index. */
function inOrder<T extends { position?: number | undefined }>(items: T[] = []): T[] {
  const placed = items.map((item, index) => ({ item, position: item.position ?? index }))
  return placed.sort((a, b) => a.position - b.position).map(({ item }) => item)
}

/** The value, with the defaults for members that are undefined. */
const withDefaults = <D extends object, T extends object>(defaults: D, value: T | undefined) => {
  const given = Object.entries(value ?? {}).filter(([, member]) => member !== undefined)
  return { ...defaults, ...(Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> }) }
}
