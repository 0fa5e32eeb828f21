/** Articles as JSON-LD with the vocabulary of schema.org, for search engines. */
import * as z from 'zod'
import type { Article } from '../editions/article.ts'
import { imagesOf, type ShownImage, withAbsoluteMedia } from '../editions/article-media.ts'
import { pageOfEntry, pageUrl, type Site, urnOf } from '../editions/site-urls.ts'
import type { Rendition } from '../lib/media-schemas.ts'
import { uriOf } from '../lib/uri.ts'
import { FULL } from '../media/crops.ts'
import { wholeOf } from '../media/image.ts'

/** JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/#iana-considerations). */
export const JSON_LD = 'application/ld+json'

export const JsonLd = z
  .looseObject({
    '@context': z.literal('https://schema.org').meta({ description: 'The vocabulary.' }),
    '@type': z.literal('NewsArticle').meta({ description: 'What it is.' }),
    '@id': z.string().meta({
      description: 'The address of the article on the site.',
      examples: ['https://site.example/world-news/harbour-bridge-reopens'],
    }),
    identifier: z.string().meta({
      description: '`urn:uuid:` and the id of the article.',
      examples: ['urn:uuid:0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'],
    }),
    headline: z
      .string()
      .meta({ description: 'The headline.', examples: ['Harbour bridge reopens after storm repairs'] }),
  })
  .meta({
    id: 'JsonLd',
    description: 'An article as https://schema.org/NewsArticle, safe to put into a script element of a page.',
  })

type Thing = Record<string, unknown>

/** The site that publishes the articles. */
export interface Publication {
  site: Site
  /** Whether anyone may read them without paying or signing in; undefined if this service does not know. */
  isAccessibleForFree: true | undefined
}

/**
 * A live article as https://schema.org/NewsArticle, escaped so that it cannot close a `<script>` element; `text` is that
 * of its body. It has what https://developers.google.com/search/docs/appearance/structured-data/article asks for.
 */
export const jsonLd = (article: Article, text: string, publication: Publication): string =>
  JSON.stringify({
    '@context': 'https://schema.org',
    ...newsArticle(withAbsoluteMedia(publication.site.api, article), text, publication),
  }).replaceAll('<', '\\u003c')

function newsArticle(article: Article, text: string, { site, isAccessibleForFree }: Publication): Thing {
  const { id, headline, kicker, standfirst, summary, dateline, section, tags, citations, rights, seo } = article
  const url = pageUrl(article, site)
  const publisher = publisherOf(site)
  return thing('NewsArticle', {
    '@id': url,
    url,
    identifier: urnOf(id),
    mainEntityOfPage: thing('WebPage', { '@id': url, breadcrumb: breadcrumbOf(article, site) }),
    headline,
    alternativeHeadline: seo.title ?? kicker,
    description: seo.description ?? summary ?? standfirst,
    dateline: dateline && [dateline.city, dateline.country].filter(Boolean).join(', '),
    author: article.authors.length > 0 ? article.authors.map((author) => authorOf(author, site)) : [publisher],
    publisher,
    isAccessibleForFree,
    articleSection: section?.name,
    keywords: tags.map(({ name }) => name),
    image: imageObjects(article, site),
    datePublished: article.publishedAt,
    dateModified: article.updatedAt,
    inLanguage: article.language,
    wordCount: article.wordCount,
    articleBody: text,
    isBasedOn: citations.filter(({ relation }) => relation === 'origin').map(workOf),
    citation: citations.filter(({ relation }) => relation !== 'origin').map(workOf),
    correction: article.corrections.map(({ text, at }) => thing('CorrectionComment', { text, datePublished: at })),
    copyrightHolder: rights.copyrightHolder && thing('Organization', { name: rights.copyrightHolder }),
    copyrightNotice: rights.copyrightNotice,
    usageInfo: rights.usage && thing('CreativeWork', { text: rights.usage }),
  })
}

/** An object of a type, without empty members. */
function thing(type: string, members: Thing): Thing {
  const isPresent = (value: unknown) =>
    value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)
  return { '@type': type, ...Object.fromEntries(Object.entries(members).filter(([, value]) => isPresent(value))) }
}

/** The URL of an author is the page on the site, or the first of the author's links if the site has no such page. */
function authorOf(
  { kind, slug, name, jobTitle, bio, avatar, image, links }: Article['authors'][number],
  site: Site,
): Thing {
  const sameAs = links.map((link) => uriOf(link.url))
  return thing(kind === 'person' ? 'Person' : 'Organization', {
    name,
    url: pageOfEntry('author', { slug }, site) ?? sameAs[0],
    ...(kind === 'person' && { jobTitle }),
    description: bio,
    image: image ? uriOf(image.url) : avatar && uriOf(avatar),
    sameAs,
  })
}

const publisherOf = ({ name, url, logo }: Site): Thing =>
  thing('Organization', { name, url, logo: logo && thing('ImageObject', { url: logo }) })

const breadcrumbOf = ({ breadcrumbs }: Article, site: Site): Thing =>
  thing('BreadcrumbList', {
    itemListElement: breadcrumbs.map(({ name, path }, index) =>
      thing('ListItem', { position: index + 1, name, item: uriOf(site.url + path) }),
    ),
  })

/** The ratios in which search engines want the image of an article, width to height, the widest first. */
const RATIOS = [16 / 9, 4 / 3, 1]

/** The lead image in these ratios, and the images of the body whole. */
function imageObjects(article: Article, site: Site): Thing[] {
  const images = imagesOf(article)
  return images.flatMap((image, index) => {
    const isLead = article.image !== null && index === 0
    const cut = isLead ? RATIOS.flatMap((ratio) => closest(image.renditions, ratio) ?? []) : []
    if (cut.length === 0) return [imageObject(image, wholeOf(image.renditions) ?? { url: image.url }, site)]
    return cut.map((rendition) => imageObject(image, rendition, site))
  })
}

/** The rendition that has this ratio, but for rounding. */
const closest = (renditions: Rendition[], ratio: number): Rendition | undefined =>
  renditions.find(({ crop, width, height }) => crop !== FULL && Math.abs(width / height / ratio - 1) < 0.02)

function imageObject(
  { alt, caption, credit, rights }: ShownImage,
  { url, width, height }: Pick<Rendition, 'url'> & Partial<Rendition>,
  { licensingPage }: Site,
): Thing {
  return thing('ImageObject', {
    url: uriOf(url),
    width,
    height,
    description: alt,
    caption,
    creditText: credit,
    copyrightNotice: rights?.holder,
    license: rights?.licenceUrl && uriOf(rights.licenceUrl),
    acquireLicensePage: rights && licensingPage,
  })
}

/** The cited work: the source itself, or a work that the source created. */
function workOf({ source, url, quote }: Article['citations'][number]): Thing {
  const { kind, name, description } = source
  const isWork = kind === 'document' || kind === 'dataset'
  if (isWork)
    return thing(kind === 'dataset' ? 'Dataset' : 'CreativeWork', {
      name,
      description,
      url: uriOfAny(url ?? source.url),
      text: quote,
    })
  const creator = thing(kind === 'person' ? 'Person' : 'Organization', { name, description, url: uriOfAny(source.url) })
  return thing('CreativeWork', { url: uriOfAny(url), text: quote, creator })
}

const uriOfAny = (url: string | null): string | null => url && uriOf(url)
