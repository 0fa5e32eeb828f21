/** Quotes in HTML. */

import { warnAboutLinks } from './html-elements.ts'
import type { HtmlReading } from './html-reading.ts'
import {
  childrenOf,
  elementsOf,
  type HtmlElement,
  type HtmlNode,
  hasClass,
  isTag,
  isText,
  textOfNode,
} from './html-tree.ts'
import { type Mark, plainTextOf, type Run } from './inline.ts'
import { MAX_NAME } from './limits.ts'
import { hasWords, isMedia, type Piece, textLines } from './pieces.ts'

const DASHED = /^(?:—|–|--)\s*(?=\S)/
const LEADING_DASH = /^[\s—–-]+/

/** A quote, and behind it the images and the like that stand in it. */
export function quoteOf(reader: HtmlReading, element: HtmlElement, marks: Mark[]): Piece[] {
  const credit = creditOf(element)
  const pieces = reader.pieces(credit ? without(childrenOf(element), credit) : childrenOf(element), marks)
  const media = pieces.filter(isMedia)
  const paragraphs = pieces.flatMap(textLines).filter(hasWords)
  if (pieces.some((piece) => !isMedia(piece) && piece.type !== 'paragraph'))
    reader.warnings.add('quote-flattened', 'quote with more than paragraphs', 'flattened')
  const given = credit ? textOfNode(credit).replace(LEADING_DASH, '') : ''
  if (credit && (given.length > MAX_NAME || paragraphs.length === 0)) {
    paragraphs.push(...reader.lines([credit], marks).lines)
    if (given.length > MAX_NAME) reader.warnings.add('attribution-moved', 'long attribution', 'moved into its quote')
    return quote(element, paragraphs, '', media)
  }
  if (credit) warnAboutLinks(credit, 'an attribution', reader.warnings)
  if (given === '' && !credit)
    return quote(element, paragraphs, reader.isStructured ? '' : signatureOf(paragraphs), media)
  return quote(element, paragraphs, given, media)
}

function quote(element: HtmlElement, paragraphs: Run[][], attribution: string, media: Piece[]): Piece[] {
  if (paragraphs.length === 0) return media
  return [{ type: 'quote', isPull: hasClass(element, /pull-?quote/i), paragraphs, attribution }, ...media]
}

/**
 * Takes the last paragraph of a quote if it is a signature: it begins with a dash, and no other does. Where several do, they
 * are a dialogue.
 */
function signatureOf(paragraphs: Run[][]): string {
  const texts = paragraphs.map(plainTextOf)
  const dashed = texts.filter((text) => DASHED.test(text))
  const last = texts.at(-1)?.replace(DASHED, '') ?? ''
  if (texts.length < 2 || dashed.length !== 1 || dashed[0] !== texts.at(-1) || last.length > MAX_NAME) return ''
  if (last.includes('\n')) return ''
  paragraphs.pop()
  return last
}

/** The element that says who is quoted: the last `<footer>` or `<cite>` of a quote, if no text follows it. */
function creditOf(element: HtmlElement): HtmlElement | undefined {
  const last = childrenOf(element).findLast((node) => !isBlank(node))
  if (!last || !('tagName' in last)) return undefined
  if (isTag(last, 'footer', 'cite')) return last
  return isTag(last, 'p') ? onlyCite(last) : undefined
}

const isBlank = (node: HtmlNode): boolean => (isText(node) ? node.value.trim() === '' : node.nodeName === '#comment')

/** A paragraph that consists of a `<cite>`, after a dash maybe. */
function onlyCite(element: HtmlElement): HtmlElement | undefined {
  const [first, ...more] = childrenOf(element).filter((node) => !isText(node) || /[^\s—–-]/.test(node.value))
  return first && more.length === 0 && isTag(first, 'cite') ? element : undefined
}

const without = (nodes: HtmlNode[], node: HtmlNode): HtmlNode[] => nodes.filter((other) => other !== node)

/** The element in which a figure says who is quoted in it. */
export const quoteIn = (element: HtmlElement): HtmlElement | undefined =>
  elementsOf(element).find((child) => isTag(child, 'blockquote'))
