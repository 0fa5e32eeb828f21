/** Images, recordings and pages of others in HTML. */
import { singleLine } from '../lib/unicode.ts'
import { linkTarget, soleAddress, webAddress } from './addresses.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import type { AddressOptions } from './html-reading.ts'
import {
  attribute,
  classesOf,
  descendants,
  elementsOf,
  type HtmlElement,
  hasClass,
  isTag,
  styleOf,
  textOfNode,
} from './html-tree.ts'
import { mediaAt, partOf } from './own-media.ts'
import type { EmbedPiece, Piece, RecordingPiece } from './pieces.ts'
import { mediaOf, type ShownSource } from './shown-media.ts'

/** The addresses under which a page may have an image: scripts that load images late leave the real one elsewhere. */
const IMAGE_ADDRESSES = ['src', 'data-src', 'data-lazy-src', 'data-original', 'data-orig-file', 'data-full-url']

/** What an image shows; null if it has no address that is on the web. */
export function imageSource(
  image: HtmlElement,
  options: AddressOptions,
  warnings: ConversionWarnings,
): ShownSource | null {
  const media = mediaOf(image)
  if (media) return media
  const sets = ['srcset', 'data-srcset'].map((name) => attribute(image, name).trim().split(/[\s,]/, 1)[0] ?? '')
  const source = sourceAt([...IMAGE_ADDRESSES.map((name) => attribute(image, name)), ...sets], options, warnings)
  if (source?.media === undefined) return source
  const crop = partOf(attribute(image, 'data-crop'))
  if (source.isPart && !crop) warnings.add('crop-dropped', 'crop of an image')
  return { media: source.media, ...(crop && { crop }) }
}

/** What the first address of a file says is shown: media of this service, or a file elsewhere. */
function sourceAt(
  urls: string[],
  { base, own }: AddressOptions,
  warnings: ConversionWarnings,
): { media: string; isPart: boolean } | { url: string; media?: never } | null {
  for (const url of urls) {
    const media = mediaAt(linkTarget(url, base), own)
    if (media) {
      warnings.account(url)
      return media
    }
    const address = webAddress(url, base)
    if (address !== null) return { url: address }
  }
  return null
}

const isOnePixel = (value: string): boolean => value === '0' || value === '1'
/** Whether an image is not to be seen: it only counts readers. */
export const isTrackingPixel = (image: HtmlElement): boolean =>
  isOnePixel(attribute(image, 'width')) && isOnePixel(attribute(image, 'height'))

/** The character for which an image stands, as WordPress writes emoji; empty for other images. */
export function emojiOf(image: HtmlElement): string {
  const isEmoji = hasClass(image, /^(?:emoji|wp-smiley)$/) || attribute(image, 'src').includes('/images/core/emoji/')
  return isEmoji ? attribute(image, 'alt') : ''
}

export const embedOf = (url: string, provider = '', aspectRatio: number | null = null): EmbedPiece => ({
  type: 'embed',
  url,
  provider,
  title: '',
  caption: [],
  aspectRatio,
})

/** An `<iframe>`, `<embed>` or `<object>` as an embed; null if it shows no page of the web. */
export function frameOf(element: HtmlElement, base: string | undefined): EmbedPiece | null {
  const addresses = ['src', 'data-src', 'data', 'data-lazy-src'].map((name) => attribute(element, name))
  const inner = elementsOf(element).find((child) => isTag(child, 'embed', 'iframe'))
  for (const url of inner ? [...addresses, attribute(inner, 'src')] : addresses) {
    const address = webAddress(url, base)
    if (address !== null)
      return {
        ...embedOf(address, '', aspectRatioOf(element)),
        title: singleLine(attribute(element, 'title')),
      }
  }
  return null
}

/** The aspect ratio of an element, by its size, its style or its classes; null if it has none. */
export function aspectRatioOf(element: HtmlElement): number | null {
  const [width, height] = [attribute(element, 'width'), attribute(element, 'height')]
  const classes = /(?:^| )wp-embed-aspect-(\d+)-(\d+)(?: |$)/.exec(attribute(element, 'class'))
  const style = /^(\d+(?:\.\d+)?)(?: *\/ *(\d+(?:\.\d+)?))?$/.exec(styleOf(element).get('aspect-ratio') ?? '')
  const own = /^\d+(?:\.\d+)?$/.test(attribute(element, 'data-aspect-ratio'))
    ? attribute(element, 'data-aspect-ratio')
    : ''
  const isPixels = /^\d{1,5}$/.test(width) && /^\d{1,5}$/.test(height)
  const [above, below] = own ? [own, '1'] : ((classes ?? style)?.slice(1) ?? (isPixels ? [width, height] : []))
  const ratio = Math.round((Number(above) / Number(below ?? 1)) * 100) / 100
  return ratio > 0 && ratio <= 100 ? ratio : null
}

/** An `<audio>` or `<video>`; null if it has no address. */
export function recordingOf(
  element: HtmlElement,
  options: AddressOptions,
  warnings: ConversionWarnings,
): RecordingPiece | null {
  const poster = webAddress(attribute(element, 'poster'), options.base)
  const type = element.tagName === 'audio' ? ('audio' as const) : ('video' as const)
  const shown = { type, poster, caption: [], credit: '' } satisfies Omit<RecordingPiece, 'source'>
  const media = mediaOf(element)
  if (media) return { ...shown, source: media }
  const sources = [element, ...elementsOf(element).filter((child) => isTag(child, 'source'))]
  const addresses = sources.flatMap((source) => [attribute(source, 'src'), attribute(source, 'data-src')])
  const source = sourceAt(addresses, options, warnings)
  if (source === null) return null
  return { ...shown, source: source.media === undefined ? source : { media: source.media } }
}

/** How the sites of others mark their posts: the class, the name, and the attribute that has the address. */
const POSTS: [RegExp, string, string[]][] = [
  [/^twitter-(?:tweet|video)/, 'X', []],
  [/^instagram-media/, 'Instagram', ['data-instgrm-permalink']],
  [/^tiktok-embed/, 'TikTok', ['cite']],
  [/^fb-(?:post|video|post-embed)$/, 'Facebook', ['data-href', 'cite']],
  [/^bluesky-embed/, 'Bluesky', []],
  [/^mastodon-embed/, 'Mastodon', ['data-embed-url']],
  [/^text-post-media/, 'Threads', ['data-text-post-permalink']],
  [/^reddit-(?:embed-bq|card)/, 'Reddit', []],
]

/** The post of another site that an element shows: its address, and its words as its caption. Null if it is none. */
export function postOf(element: HtmlElement, base: string | undefined): EmbedPiece | null {
  const [, provider, names] = POSTS.find(([pattern]) => hasClass(element, pattern)) ?? []
  if (provider === undefined || names === undefined) return null
  const links = [...descendants(element)]
    .filter((child) => child.tagName === 'a')
    .map((link) => attribute(link, 'href'))
  // The address of the post is that of its last link: the words before may link to people and tags.
  const addresses = [...names.map((name) => attribute(element, name)), ...links.toReversed()]
  const url = addresses.map((address) => webAddress(address, base)).find((address) => address !== null)
  if (url === undefined) return null
  const text = textOfNode(element)
  return { ...embedOf(url, provider), caption: text === '' || text === url ? [] : [{ text, marks: [] }] }
}

/** The name of the site in the classes of a WordPress embed. */
export function providerIn(element: HtmlElement): string {
  const [, name = ''] =
    classesOf(element)
      .map((value) => /^is-provider-(.+)$/.exec(value))
      .find(Boolean) ?? []
  return NAMES[name] ?? name
}

const NAMES: Record<string, string> = {
  youtube: 'YouTube',
  vimeo: 'Vimeo',
  twitter: 'X',
  x: 'X',
  instagram: 'Instagram',
  tiktok: 'TikTok',
  facebook: 'Facebook',
  spotify: 'Spotify',
  soundcloud: 'SoundCloud',
}

/** A paragraph that is nothing but an address is an embed. */
export const withEmbeds = (pieces: Piece[], embed: (url: string) => Piece): Piece[] =>
  pieces.map((piece) => {
    if (piece.type !== 'paragraph' || piece.runs.length !== 1) return piece
    const [run] = piece.runs
    const url = run?.marks.every((mark) => typeof mark === 'object') ? soleAddress(run.text) : null
    return url === null ? piece : embed(url)
  })
