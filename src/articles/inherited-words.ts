/**
 * Words that an article shows without having them itself: those of the media, of the articles that it links to, and the
 * names of the sources that it quotes. Who sends back what they have read must not make them the article's own.
 */
import type { Caller } from '../access/roles.ts'
import { attributionText } from '../body/attribution.ts'
import type { Block, BlockOf, StoredBlock } from '../body/block.ts'
import { type MediaItem, mapMedia, mediaItems } from '../body/media-uses.ts'
import { pointerTo } from '../lib/problem.ts'
import type { Reader } from '../storage/storage.ts'
import { presentArticle } from './presenter.ts'
import type { ArticlePatch } from './schemas.ts'
import type { ArticleRow } from './store.ts'

type Patch = Pick<ArticlePatch, 'image' | 'relatedLinks'>

/** A use of media, or a link, that may have words of its own. */
type Use = object

interface Sent<T> {
  patch: T
  body: StoredBlock[] | undefined
  /** Whether the body was sent as a text or as the document of an editor. */
  isConverted: boolean
}

/** What is sent, without the words that the article inherits and that are sent as the caller sees them. */
export async function withInheritedWords<T extends Patch>(
  db: Reader,
  before: ArticleRow,
  { patch, body, isConverted }: Sent<T>,
  caller: Caller,
): Promise<Omit<Sent<T>, 'isConverted'>> {
  const { image, relatedLinks } = patch
  const hasMedia = body?.some((block) => mediaItems(block).length > 0)
  const hasQuotes = isConverted && body?.some(({ type }) => type === 'quote')
  if (!image && !relatedLinks?.length && !hasMedia && !hasQuotes) return { patch, body }
  const { content } = before
  const shown = await presentArticle(db, before, caller)
  const isSameImage = (image?.media ?? image?.id ?? content.image?.media) === content.image?.media
  const links = relatedLinks?.map((link) => {
    const own = content.relatedLinks.find(({ id, article }) => id === link.id && article === (link.article ?? null))
    return inherited(
      link,
      own,
      shown.relatedLinks.find(({ id }) => id === link.id),
      ['title', 'teaser'],
    )
  })
  return {
    patch: {
      ...patch,
      ...(image && isSameImage && { image: inherited(image, content.image, shown.image, MEDIA_WORDS) }),
      ...(links && { relatedLinks: links }),
    },
    body: body && inheritedBody(body, { own: content.body, shown: shown.body, isConverted }),
  }
}

const MEDIA_WORDS = ['alt', 'caption', 'credit']

/** The use without the words that are as they are shown, but not its own. */
function inherited<U extends Use>(
  sent: U,
  own: Use | null | undefined,
  shown: Use | null | undefined,
  names: string[],
): U {
  if (!own || !shown) return sent
  const result = { ...sent } as Record<string, unknown>
  const [stored, seen] = [own as Record<string, unknown>, shown as Record<string, unknown>]
  for (const name of names) {
    if (!(name in result) || (stored[name] ?? null) !== null || result[name] !== seen[name]) continue
    if (name in stored) result[name] = null
    else delete result[name]
  }
  return result as U
}

function inheritedBody(
  sent: StoredBlock[],
  { own, shown, isConverted }: { own: StoredBlock[]; shown: Block[]; isConverted: boolean },
): StoredBlock[] {
  const body = withInheritedCaptions(sent, own, shown)
  return isConverted ? withInheritedSources(body, shown) : body
}

/**
 * A text says who is quoted by an attribution, and so does an editor's document. One that is shown for a quote with a source
 * is that source: of the same quote, or else of any.
 */
function withInheritedSources(sent: StoredBlock[], shown: Block[]): StoredBlock[] {
  const ofQuote = new Map<string, QuotedOwner>()
  const ofName = new Map<string, QuotedOwner>()
  for (const block of shown) {
    if (block.type !== 'quote') continue
    const name = attributionText(block)
    if (name === null) continue
    const owner = { source: block.source?.id ?? null, attribution: block.attribution }
    ofQuote.set(keyOfQuote(name, block), owner)
    if (block.source && !ofName.has(name)) ofName.set(name, owner)
  }
  return sent.map((block) => {
    if (block.type !== 'quote' || block.source !== null || block.attribution === null) return block
    const { attribution } = block
    return { ...block, ...(ofQuote.get(keyOfQuote(attribution, block)) ?? ofName.get(attribution)) }
  })
}

type QuotedOwner = Pick<BlockOf<'quote'>, 'source' | 'attribution'>

const keyOfQuote = (attribution: string, { text }: { text: string }): string => JSON.stringify([attribution, text])

type Blocks = Parameters<typeof mediaItems>[0][]

function withInheritedCaptions(sent: StoredBlock[], before: StoredBlock[], shown: Blocks): StoredBlock[] {
  const [own, seen] = [usesOf(before), usesOf(shown)]
  return sent.map(
    (block) =>
      mapMedia(block, (item, { path }) => {
        const key = keyOf(block, { path, media: item.media })
        return inherited(item, own.get(key), seen.get(key), MEDIA_WORDS)
      }) ?? block,
  )
}

/** The uses of media in a body, by block, place and media; also without the block: a converted text has no ids. */
const usesOf = (body: Blocks): Map<string, Use> =>
  new Map(
    body.flatMap((block) =>
      mediaItems(block).flatMap((one) => [{}, block].map((owner) => [keyOf(owner, one), one.item] as const)),
    ),
  )

const keyOf = ({ id = '' }: { id?: string | undefined }, { path, media }: Pick<MediaItem, 'path' | 'media'>): string =>
  `${id}${pointerTo(path)} ${media}`
