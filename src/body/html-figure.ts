/** Figures and galleries in HTML. */

import { MAX_CREDIT } from '../lib/media.ts'
import { warnAboutLinks } from './html-elements.ts'
import { aspectRatioOf, embedOf, providerIn, withEmbeds } from './html-media.ts'
import type { HtmlReading } from './html-reading.ts'
import {
  childrenOf,
  type HtmlElement,
  type HtmlNode,
  hasClass,
  isElement,
  isTag,
  isText,
  textOfNode,
} from './html-tree.ts'
import { isLink, type Mark, plainTextOf, type Run, tidyRuns } from './inline.ts'
import { MAX_NAME } from './limits.ts'
import { hasWords, type ImagePiece, isMedia, joinLines, type Piece } from './pieces.ts'

const GALLERY = /^(?:gallery|wp-block-gallery|blocks-gallery-grid|kg-gallery-container)$/

/** How WordPress marks an image with a caption that is no figure. */
const CAPTIONED = /^wp-caption$/

/** Whether an element other than a figure is one in WordPress: images that belong together, or with a caption. */
export const isFigure = (element: HtmlElement): boolean =>
  (element.tagName === 'div' && (hasClass(element, GALLERY) || hasClass(element, CAPTIONED))) ||
  (element.tagName === 'dl' && hasClass(element, /^gallery-item$/))

/** The content of a figure; its caption belongs to what it shows. */
export function figurePieces(reader: HtmlReading, element: HtmlElement, marks: Mark[]): Piece[] {
  const isCaption = (node: HtmlNode) => isTag(node, 'figcaption') || (element.tagName === 'dl' && isTag(node, 'dd'))
  const captions = childrenOf(element).filter(isCaption)
  const read = reader.pieces(
    childrenOf(element).filter((node) => !isCaption(node)),
    marks,
  )
  const pieces = withEmbeds(read, (url) => embedOf(url, providerIn(element), aspectRatioOf(element)))
  const { caption, credit, media } = captionOf(
    reader,
    captions.filter((node) => isTag(node, 'figcaption', 'dd')),
    marks,
  )
  const shown = pieces.map((piece) => embedIn(piece, element))
  if (!hasClass(element, CAPTIONED)) return [...captioned(shown, element, caption, credit), ...media]
  // All text beside the image is its caption.
  const texts = shown.flatMap((piece) => (piece.type === 'paragraph' ? [piece.runs] : []))
  const others = shown.filter(({ type }) => type !== 'paragraph')
  return [...captioned(others, element, tidyRuns(joinLines([...texts, caption], '\n')), credit), ...media]
}

/** The link by which this service shows an embed: its text is the title of the page. */
function embedIn(piece: Piece, figure: HtmlElement): Piece {
  if (piece.type !== 'paragraph' || !hasClass(figure, /^embed$/)) return piece
  const [link, ...more] = new Set(piece.runs.map(({ marks }) => marks.find(isLink)?.href))
  if (link === undefined || more.length > 0) return piece
  return { ...embedOf(link, '', aspectRatioOf(figure)), title: plainTextOf(piece.runs) }
}

interface Caption {
  caption: Run[]
  credit: string
  media: Piece[]
}

/** The text of captions; a `<small>` or `<cite>` at the end is the credit. */
function captionOf(reader: HtmlReading, captions: HtmlElement[], marks: Mark[]): Caption {
  const last = captions.at(-1)
  const end = last ? childrenOf(last).findLast((node) => !isText(node) || node.value.trim() !== '') : undefined
  const isCredit = end && (isTag(end, 'small', 'cite') || (isElement(end) && hasClass(end, /(?:^|-)credit$/)))
  const credit = isCredit ? textOfNode(end) : ''
  const taken = end && isElement(end) && credit !== '' && credit.length <= MAX_CREDIT ? end : undefined
  if (taken) warnAboutLinks(taken, 'a credit', reader.warnings)
  const nodes = captions.map((node) =>
    reader.lines(
      childrenOf(node).filter((child) => child !== taken),
      marks,
    ),
  )
  const lines = nodes.flatMap((node) => node.lines)
  return {
    caption: tidyRuns(joinLines(lines, '\n')),
    credit: taken ? credit : '',
    media: nodes.flatMap(({ media }) => media),
  }
}

function captioned(pieces: Piece[], figure: HtmlElement, caption: Run[], credit: string): Piece[] {
  const images = pieces.filter((piece) => piece.type === 'image')
  const hasOthers = pieces.some((piece) => piece.type !== 'image')
  const most = hasClass(figure, GALLERY) ? 0 : 1
  if (images.length > most && !hasOthers) return [galleryOf(images, caption, credit)]
  if (!hasWords(caption) && credit === '') return pieces.map((piece) => asPull(piece, figure))
  const shown = pieces.filter(isMedia)
  if (shown.length === 1)
    return pieces.map((piece) => (piece === shown[0] ? withCaption(piece, caption, credit) : piece))
  const whole = creditedText(caption, credit)
  if (pieces.length === 1 && pieces[0]?.type === 'table' && !hasWords(pieces[0].caption))
    return [{ ...pieces[0], caption: whole }]
  const text = plainTextOf(whole)
  if (pieces.length === 1 && pieces[0]?.type === 'quote' && pieces[0].attribution === '' && text.length <= MAX_NAME)
    return [asPull({ ...pieces[0], attribution: text.replace(/^[\s—–-]+/, '') }, figure)]
  return [...pieces.map((piece) => asPull(piece, figure)), { type: 'paragraph', runs: whole }]
}

const asPull = (piece: Piece, figure: HtmlElement): Piece =>
  piece.type === 'quote' && hasClass(figure, /pull-?quote/i) ? { ...piece, isPull: true } : piece

const creditedText = (caption: Run[], credit: string): Run[] =>
  tidyRuns(joinLines([caption, [{ text: credit, marks: [] }]], ' '))

/** A caption for what has none; otherwise both, as one text. */
function withCaption(piece: Piece, caption: Run[], credit: string): Piece {
  if (piece.type === 'embed')
    return {
      ...piece,
      provider: piece.provider || credit,
      caption: bothOf(piece.caption, piece.provider ? creditedText(caption, credit) : caption),
    }
  if (piece.type === 'gallery') return { ...piece, caption: bothOf(piece.caption, creditedText(caption, credit)) }
  if (piece.type !== 'image' && piece.type !== 'audio' && piece.type !== 'video') return piece
  const text = bothOf(piece.caption, piece.credit ? creditedText(caption, credit) : caption)
  return { ...piece, caption: text, credit: piece.credit || credit }
}

const bothOf = (own: Run[], given: Run[]): Run[] => (hasWords(own) ? tidyRuns(joinLines([own, given], ' ')) : given)

const galleryOf = (images: ImagePiece[], caption: Run[], credit: string): Piece => ({
  type: 'gallery',
  images,
  caption: creditedText(caption, credit),
})
