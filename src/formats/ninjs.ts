/** Articles as IPTC ninjs 3.1. */

import { toText } from '../body/to-text.ts'
import { countInSteps } from '../body/word-count.ts'
import type { BodyTasks } from '../body-tasks/tasks.ts'
import type { Article } from '../editions/article.ts'
import { imagesOf, type ShownImage, withAbsoluteMedia } from '../editions/article-media.ts'
import type { Retraction } from '../editions/retractions.ts'
import { entryUrl, pageUrl, type Site, urnOf } from '../editions/site-urls.ts'
import { inSlices } from '../lib/slices.ts'
import { uriOf } from '../lib/uri.ts'
import type { Association, Concept, Ninjs } from './ninjs-schema.ts'

const STANDARD = {
  name: 'ninjs',
  version: '3.1',
  schema: 'http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#',
} as const

/** An article, live or scheduled, with its section and the sections above it, from the top. */
export interface NinjsSource {
  article: Article
  sections: { id: string; name: string; path: string }[]
}

/** What renders bodies, beside the event loop where they are large. */
export type Renderers = Pick<BodyTasks, 'renderHtml' | 'renderText'>

/** An article as ninjs: `usable` if it is live, otherwise `withheld` until its release. */
export async function ninjs(
  { article: stored, sections }: NinjsSource,
  site: Site,
  renderers: Renderers,
): Promise<Ninjs> {
  const article = withAbsoluteMedia(site.api, stored)
  const { id, headline, kicker, standfirst, summary, authors, dateline, tags, corrections, rights } = article
  const { publishedAt, updatedAt, editedAt, publishAt, embargoUntil, externalId } = article
  const isLive = article.status === 'published'
  const located = dateline && [dateline.city, dateline.country].filter(Boolean).join(', ')
  return withoutEmpty<Ninjs>({
    uri: urnOf(id),
    standard: STANDARD,
    type: 'text',
    representationType: 'full',
    version: String(article.version),
    pubStatus: isLive ? 'usable' : 'withheld',
    embargoedUntil: isLive ? null : (publishAt ?? embargoUntil),
    firstCreated: publishedAt,
    versionCreated: isLive ? updatedAt : editedAt,
    contentCreated: publishedAt,
    language: article.language,
    headlines: [{ role: 'main', value: headline }, ...textOf('kicker', kicker)],
    by: new Intl.ListFormat(article.language).format(authors.map(({ name }) => name)),
    slugline: article.slug,
    located,
    edNote: corrections.map(({ kind, text, at }) => `${kind} (${at}): ${text}`).join('\n'),
    descriptions: [
      ...textOf('summary', summary),
      ...textOf('standfirst', standfirst),
      ...corrections.flatMap(({ kind, text }) => textOf(kind, text)),
    ],
    bodies: await bodiesOf(article, site, renderers),
    people: partiesOf(authors, 'person'),
    organisations: partiesOf(authors, 'organization'),
    places: located ? [{ name: located, rel: 'dateline' }] : [],
    subjects: [
      ...sections.map(({ id, name, path }) => conceptOf({ id, name }, 'section', path)),
      ...tags.map((tag) => conceptOf(tag, 'tag', tag.slug)),
    ],
    infoSources: article.citations.map(({ source, relation, url }) => ({
      name: source.name,
      role: relation,
      uri: urnOf(source.id),
      literal: source.slug,
      contactInfo: webOf(url ?? source.url),
    })),
    associations: [
      ...picturesOf(article),
      ...recordingsOf(article),
      ...article.relatedLinks.map((link) => linked(link, site)),
    ],
    renditions: [{ name: 'web', href: pageUrl(article, site), contentType: 'text/html' }],
    altIds: externalId === null ? [] : [{ role: 'externalId', value: externalId }],
    copyrightHolder: rights.copyrightHolder,
    copyrightNotice: rights.copyrightNotice,
    usageTerms: rights.usage,
  })
}

/** The notice of a retracted article: that it must not be used any more, why, and what to use instead. */
export const canceled = ({ id, headline, reason, at, replacement }: Retraction): Ninjs =>
  withoutEmpty({
    uri: urnOf(id),
    standard: STANDARD,
    type: 'text',
    representationType: 'partial',
    pubStatus: 'canceled',
    versionCreated: at,
    headlines: [{ role: 'main', value: headline }],
    edNote: `retraction (${at}): ${reason}`,
    descriptions: textOf('retraction', reason),
    associations: replacement
      ? [
          {
            name: replacement.slug,
            uri: urnOf(replacement.id),
            rel: 'replacement',
            type: 'text',
            representationType: 'partial',
          },
        ]
      : [],
  })

/** Removes empty members: ninjs has no null, and an empty list has no meaning. */
function withoutEmpty<T extends object>(value: { [K in keyof T]: T[K] | null }): T {
  const isPresent = (member: unknown) =>
    member !== null && member !== undefined && member !== '' && !(Array.isArray(member) && member.length === 0)
  return Object.fromEntries(Object.entries(value).filter(([, member]) => isPresent(member))) as T
}

const textOf = (role: string, value: string | null) => (value ? [{ role, value }] : [])

const webOf = (url: string | null) => (url ? [{ type: 'web' as const, value: url }] : [])

const conceptOf = ({ id, name }: { id: string; name: string }, rel: string, literal: string): Concept => ({
  name,
  rel,
  uri: urnOf(id),
  literal,
})

const partiesOf = (authors: Article['authors'], kind: Article['authors'][number]['kind']) =>
  authors
    .filter((author) => author.kind === kind)
    .map((author) => ({
      ...conceptOf(author, 'author', author.slug),
      contactInfo: author.links.map(({ label, url }) => ({ type: 'web' as const, name: label, value: url })),
    }))

/** Words and characters are counted without the captions of images, as the standard requires. */
async function bodiesOf(
  article: Article,
  site: Site,
  { renderHtml, renderText }: Renderers,
): Promise<NonNullable<Ninjs['bodies']>> {
  const { body, language } = article
  if (!Array.isArray(body) || body.length === 0) return []
  const [html = ''] = await renderHtml([{ blocks: body, base: entryUrl(article, site) }])
  const text = await renderText(body.filter(({ type }) => type !== 'image'))
  const wordCount = await inSlices(countInSteps(text, language))
  return [
    { role: 'main', contentType: 'text/html', value: html, wordCount },
    { role: 'main', contentType: 'text/plain', value: text, wordCount, charCount: charactersIn(text) },
  ]
}

/** The number of characters, of which those beyond U+FFFF are two code units. */
const charactersIn = (text: string): number => text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0)

/** What is said of media and its rights in an association. */
const rightsOf = ({ credit, rights }: Pick<ShownImage, 'credit' | 'rights'>) => ({
  ...(credit && { by: credit }),
  ...(rights?.holder && { copyrightHolder: rights.holder }),
  ...(rights?.usage && { usageTerms: rights.usage }),
  ...(rights?.licenceUrl && { rightsInfo: { linkedRights: uriOf(rights.licenceUrl) } }),
  ...(rights?.expiresAt && { edNote: `The rights expire at ${rights.expiresAt}.` }),
})

const pictureOf = (image: ShownImage, rel: string, index: number): Association => ({
  name: image.alt || `Image ${index + 1}`,
  uri: image.id === null ? uriOf(image.url) : urnOf(image.id),
  rel,
  type: 'picture',
  representationType: 'partial',
  ...rightsOf(image),
  descriptions: [...textOf('caption', image.caption), ...textOf('alt', image.alt)],
  renditions:
    image.renditions.length === 0
      ? [{ name: 'main', href: uriOf(image.url) }]
      : image.renditions.map(({ crop, url, mimeType, width, height }) => ({
          name: crop,
          href: uriOf(url),
          contentType: mimeType,
          width,
          height,
        })),
})

/** The lead image and those of the body. */
const picturesOf = (article: Article): Association[] =>
  imagesOf(article).map((image, index) => pictureOf(image, article.image && index === 0 ? 'lead' : 'image', index))

/** The recordings that are media: who follows the changes gets their rights with them. */
const recordingsOf = ({ body }: Article): Association[] =>
  (Array.isArray(body) ? body : []).flatMap((block, index): Association[] => {
    if ((block.type !== 'audio' && block.type !== 'video') || block.media === undefined) return []
    const { type, media, url, caption, credit = null, mimeType, byteSize, duration, rights = null } = block
    const text = caption ? toText([{ type: 'paragraph', text: caption }]) : null
    const file = {
      ...(mimeType !== undefined && { contentType: mimeType }),
      ...(byteSize !== undefined && { sizeInBytes: byteSize }),
      ...(duration !== undefined && { duration }),
    }
    return [
      {
        name: text ?? `Recording ${index + 1}`,
        uri: urnOf(media),
        rel: type,
        type,
        representationType: 'partial',
        ...rightsOf({ credit, rights }),
        descriptions: textOf('caption', text),
        renditions: [{ name: 'main', href: uriOf(url), ...file }],
      },
    ]
  })

function linked({ title, teaser, url, article }: Article['relatedLinks'][number], site: Site): Association {
  const href = uriOf(article ? site.url + url : url)
  return {
    name: title,
    uri: article ? urnOf(article.id) : href,
    rel: 'related',
    type: 'text',
    representationType: 'partial',
    headlines: [{ value: title }],
    descriptions: textOf('teaser', teaser),
    renditions: [{ name: 'web', href, contentType: 'text/html' }],
  }
}
