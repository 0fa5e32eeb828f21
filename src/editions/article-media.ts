/** The media that compiled articles show. This is the only place that knows where articles show any. */
import { type MediaAccess, mayHave } from '../access/media-access.ts'
import type { Block } from '../body/block.ts'
import { mapMedia } from '../body/media-uses.ts'
import { toText } from '../body/to-text.ts'
import type { Image, Rendition } from '../lib/media-schemas.ts'
import type { Article } from './article.ts'

/** What is shown of media, wherever it stands. */
interface Shown {
  url?: string | undefined
  renditions?: Rendition[] | undefined
  rights?: Image['rights'] | undefined
}

/** The article with all that it shows of media replaced by what `map` gives; null leaves it out. */
export function mapShown<A extends Partial<Pick<Article, 'image' | 'authors' | 'body'>>>(
  article: A,
  map: <S extends Shown>(shown: S) => S | null,
): A {
  const { image, authors, body } = article
  return {
    ...article,
    ...(image && { image: map(image) }),
    ...(authors && { authors: authors.map((author) => ({ ...author, image: author.image && map(author.image) })) }),
    ...(Array.isArray(body) && { body: body.flatMap((block: Block) => mapMedia(block, (item) => map(item)) ?? []) }),
  }
}

/** The article without the media that a caller may not have. */
export const withMediaFor = <A extends Partial<Article>>(access: MediaAccess, article: A): A =>
  mapShown(article, (shown) => (mayHave(access, shown.rights?.syndication ?? 'allowed') ? shown : null))

/** Only the JSON of an article that shows such media has this: within a text, quotation marks are escaped. */
const LIMITED = /"syndication":"(?:denied|by-grant)"/

/** The JSON of an article without the media that a caller may not have. Most are unchanged. */
export const jsonWithMediaFor = (access: MediaAccess, json: string): string =>
  access === 'all' || !LIMITED.test(json) ? json : JSON.stringify(withMediaFor(access, JSON.parse(json) as Article))

/** The article with absolute addresses: those of this service begin with `api`. */
export function withAbsoluteMedia<A extends Partial<Article>>(api: string, article: A): A {
  const absolute = (url: string) => (url.startsWith('/') ? api + url : url)
  return mapShown(article, (shown) => ({
    ...shown,
    ...(shown.url !== undefined && { url: absolute(shown.url) }),
    ...(shown.renditions && { renditions: shown.renditions.map((one) => absoluteRendition(one, absolute)) }),
  }))
}

const absoluteRendition = (rendition: Rendition, absolute: (url: string) => string): Rendition => ({
  ...rendition,
  url: absolute(rendition.url),
  srcset: rendition.srcset.split(', ').map(absolute).join(', '),
})

/** An image of an article, for other formats. */
export interface ShownImage {
  /** The id of the media; null for an image elsewhere. */
  id: string | null
  url: string
  alt: string
  /** Plain text. */
  caption: string | null
  credit: string | null
  renditions: Rendition[]
  rights: Image['rights'] | null
}

/** All images of an article: the lead image, and those of its body. */
export function imagesOf({ image, body }: Partial<Pick<Article, 'image' | 'body'>>): ShownImage[] {
  const lead = image ? [{ ...image, rights: image.rights ?? null }] : []
  const pictures = (Array.isArray(body) ? body : []).flatMap((block: Block): Picture[] =>
    block.type === 'image' ? [block] : block.type === 'gallery' ? block.images : [],
  )
  return [...lead, ...pictures.map(shownPicture)]
}

type Picture = Extract<Block, { type: 'gallery' }>['images'][number]

const shownPicture = ({ media, url, alt, caption, credit, renditions, rights }: Picture): ShownImage => ({
  id: media ?? null,
  url,
  alt,
  caption: caption ? toText([{ type: 'paragraph', text: caption }]) : null,
  credit: credit ?? null,
  renditions: renditions ?? [],
  rights: rights ?? null,
})
