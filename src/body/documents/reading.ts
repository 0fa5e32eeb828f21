/** What the readers of the single formats have in common. */
import { webAddress } from '../addresses.ts'
import { cleanText } from '../clean-text.ts'
import type { ConversionWarnings } from '../conversion-warnings.ts'
import { type HtmlNode, parseHtml, textOfNode } from '../html-tree.ts'
import { element, figure, joined, paragraph, textNodes } from './build.ts'
import { visibleTexts } from './visible-texts.ts'

/** A block at the top of a document, as HTML; the document may name it by an id. */
export interface ReadBlock {
  id?: string | undefined
  nodes: HtmlNode[]
}

/** A page elsewhere. */
export interface EmbeddedPage {
  url: string
  title?: string
  provider?: string
  caption?: HtmlNode[]
  /** HTML by which the page is shown; its words are part of the caption. */
  html?: string
  aspectRatio?: string | undefined
}

/** What a reader needs beside the document. */
export class DocumentReading {
  readonly warnings: ConversionWarnings
  readonly base: string | undefined
  /** Whether texts in the format are HTML. */
  readonly #areTextsHtml: boolean

  constructor(warnings: ConversionWarnings, base: string | undefined, areTextsHtml: boolean) {
    this.warnings = warnings
    this.base = base
    this.#areTextsHtml = areTextsHtml
  }

  /** HTML that stands in the document. Throws `UnreadableBody`. */
  html(value: string): HtmlNode[] {
    return parseHtml(cleanText(value))
  }

  /** A node of a type that is not known: its children, and all texts that may be for readers. */
  unknown(type: string, pointer: string, texts: string[], children: HtmlNode[] = [], isInline = false): HtmlNode[] {
    this.warnings.add('unknown-node', `"${type.slice(0, 40)}" node`, 'read as text', pointer)
    const read = texts.map((value) => (this.#areTextsHtml ? this.html(value) : textNodes(value)))
    if (isInline) return [element('span', {}, [...children, ...read.flatMap((nodes) => [...textNodes(' '), ...nodes])])]
    return [element('div', {}, [...read.flatMap(paragraph), ...children])]
  }

  /** A mark of a type that is not known; its text remains. */
  unknownMark(type: string, pointer: string, mark: unknown): void {
    this.warnings.add('unknown-mark', `"${type.slice(0, 40)}" mark`, 'left out', pointer)
    this.warnings.lost(visibleTexts(mark).join(' '), `in a "${type.slice(0, 40)}" mark`)
  }

  /** A page elsewhere; its words remain if its address is not on the web. */
  page({ url, title = '', provider = '', caption = [], html = '', aspectRatio }: EmbeddedPage): HtmlNode[] {
    const words = this.html(html).map(textOfNode).join(' ').trim()
    const lines = joined([caption, textNodes(words)])
    if (webAddress(url, this.base) === null) {
      this.warnings.add('element-dropped', 'embed without a web address')
      return [textNodes(title), textNodes(provider), lines].flatMap(paragraph)
    }
    const frame = element('iframe', { src: url, title, 'data-aspect-ratio': aspectRatio })
    return [figure([frame], lines, textNodes(provider))]
  }
}

/** The ratio of two sizes; undefined unless both are numbers. */
export function ratioOf(width: unknown, height: unknown): string | undefined {
  const ratio = Number(width) / Number(height)
  return Number.isFinite(ratio) && ratio > 0 ? String(ratio) : undefined
}
