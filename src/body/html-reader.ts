/**
 * Reads a tree of HTML into pieces. Every text node ends in a piece, whatever elements stand around it; what a body cannot
 * have is unwrapped to its text, except for elements whose text is not for readers.
 */
import { singleLine } from '../lib/unicode.ts'
import { forbiddenProtocol, linkTarget } from './addresses.ts'
import { cleanText } from './clean-text.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { codeOf, isVerse } from './html-code.ts'
import { isTaskBox, REPLACED, warnAboutElement, warnAboutLinks } from './html-elements.ts'
import { figurePieces, isFigure } from './html-figure.ts'
import { type Footnotes, findFootnotes, footnoteAt, footnotesOf, isReference } from './html-footnotes.ts'
import { definitionsOf, listPieces } from './html-list.ts'
import { linked, marksIn } from './html-marks.ts'
import { emojiOf, frameOf, imageSource, isTrackingPixel, postOf, recordingOf } from './html-media.ts'
import { quoteOf } from './html-quote.ts'
import type { AddressOptions, HtmlReading, ReaderOptions } from './html-reading.ts'
import { tablePieces } from './html-table.ts'
import {
  attribute,
  childrenOf,
  descendants,
  type HtmlElement,
  type HtmlNode,
  hasAttribute,
  hasClass,
  isBlock,
  isElement,
  isScript,
  isText,
  textOfNode,
} from './html-tree.ts'
import { footnoteRun, isLink, type Mark, type Run } from './inline.ts'
import { hasWords, isMedia, joinLines, oneLine, type Piece, PieceCollector, textLines } from './pieces.ts'

/** Reads the nodes of a document. Throws `UnreadableBody`. */
export function readHtml(nodes: HtmlNode[], warnings: ConversionWarnings, options: ReaderOptions = {}): Piece[] {
  const reader = new HtmlReader(warnings, options, findFootnotes(nodes))
  return reader.pieces(nodes, [])
}

/** Reads the blocks of a document that says what its parts are: gives the pieces of each. */
export function readBlocks(blocks: HtmlNode[][], warnings: ConversionWarnings, options: AddressOptions): Piece[][] {
  const reader = new HtmlReader(warnings, { ...options, isStructured: true }, findFootnotes(blocks.flat(), true))
  return blocks.map((nodes) => reader.pieces(nodes, []))
}

class HtmlReader implements HtmlReading {
  readonly warnings: ConversionWarnings
  readonly isStructured: boolean
  readonly #options: ReaderOptions
  readonly #footnotes: Footnotes

  constructor(warnings: ConversionWarnings, options: ReaderOptions, footnotes: Footnotes) {
    this.warnings = warnings
    this.isStructured = options.isStructured ?? false
    this.#options = options
    this.#footnotes = footnotes
  }

  pieces(nodes: HtmlNode[], marks: Mark[]): Piece[] {
    const out = new PieceCollector()
    for (const node of nodes) this.#visit(node, marks, out)
    return out.all()
  }

  lines(nodes: HtmlNode[], marks: Mark[]): { lines: Run[][]; media: Piece[] } {
    const pieces = this.pieces(nodes, marks)
    return { lines: pieces.flatMap(textLines).filter(hasWords), media: pieces.filter(isMedia) }
  }

  #visit(node: HtmlNode, marks: Mark[], out: PieceCollector): void {
    if (isText(node)) this.#text(node.value, marks, out)
    else if (isElement(node)) this.#element(node, marks, out)
  }

  #text(value: string, marks: Mark[], out: PieceCollector): void {
    const clean = cleanText(value)
    if (!this.#options.lineEnds) {
      out.text({ text: clean.replace(/[ \t\r\n\f]+/g, ' '), marks })
      return
    }
    for (const [i, paragraph] of clean.split(/\n[ \t]*(?:\n[ \t]*)+/).entries()) {
      if (i > 0) out.flush()
      out.text({ text: paragraph, marks })
    }
  }

  #element(element: HtmlElement, outer: Mark[], out: PieceCollector): void {
    warnAboutElement(element, this.warnings)
    const { tagName } = element
    if (isScript(element)) return
    if (REPLACED.has(tagName) && !(tagName === 'embed' && frameOf(element, this.#options.base))) {
      this.#drop(element)
      out.text({ text: ' ', marks: outer })
      return
    }
    const marks = marksIn(element, outer)
    const post = postOf(element, this.#options.base)
    if (this.#footnotes.lists.has(element)) out.block(footnotesOf(this, element, this.#footnotes))
    else if (post) out.block(post)
    else if (isFigure(element)) this.#all(figurePieces(this, element, marks), out)
    else if (/^h[1-6]$/.test(tagName)) this.#heading(element, marks, out)
    else this.#byName(element, marks, out)
  }

  #byName(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    switch (element.tagName) {
      case 'br':
        out.text({ text: '\n', marks })
        break
      case 'hr':
        if (!this.#footnotes.rules.has(element)) out.block({ type: 'divider' })
        break
      case 'input':
        if (isTaskBox(element)) out.text({ text: hasAttribute(element, 'checked') ? '☑ ' : '☐ ', marks })
        break
      case 'a':
        this.#link(element, marks, out)
        break
      case 'img':
      case 'image':
        this.#image(element, marks, out)
        break
      case 'q':
        this.#quoted(element, marks, out)
        break
      case 'pre':
      case 'listing':
      case 'xmp':
      case 'plaintext':
        this.#preformatted(element, marks, out)
        break
      case 'blockquote':
        this.#all(quoteOf(this, element, marks), out)
        break
      case 'ul':
      case 'ol':
      case 'menu':
      case 'dir':
        this.#all(listPieces(this, element, marks), out)
        break
      case 'dl':
        this.#all(definitionsOf(this, element, marks), out)
        break
      case 'table':
        this.#all(tablePieces(this, element, marks), out)
        break
      case 'figure':
        this.#all(figurePieces(this, element, marks), out)
        break
      case 'iframe':
      case 'object':
      case 'embed':
        this.#frame(element, marks, out)
        break
      case 'audio':
      case 'video':
        this.#recording(element, marks, out)
        break
      default:
        if (hasClass(element, /^checkbox-(?:on|off)$/))
          out.text({ text: hasClass(element, /^checkbox-on$/) ? '☑ ' : '☐ ', marks })
        else this.#container(element, marks, out)
    }
  }

  #all(pieces: Piece[], out: PieceCollector): void {
    out.flush()
    for (const piece of pieces) out.block(piece)
  }

  #children(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    for (const child of childrenOf(element)) this.#visit(child, marks, out)
  }

  /** An element without a meaning of its own. One that is a block has its content in paragraphs of their own. */
  #container(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    const block = isBlock(element)
    if (block) out.flush()
    this.#children(element, marks, out)
    if (block) out.flush()
  }

  #link(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    const label = footnoteAt(element, this.#footnotes)
    if (label !== undefined) {
      this.warnings.account(textOfNode(element))
      out.text(
        footnoteRun(
          label,
          marks.filter((mark) => mark !== 'superscript'),
        ),
      )
      return
    }
    const href = isReference(element) ? '' : linkTarget(attribute(element, 'href'), this.#options.base)
    const protocol = forbiddenProtocol(href)
    if (protocol !== null) {
      this.warnings.add('link-dropped', `link to a ${protocol.slice(0, 40)} address`)
      this.warnings.account(href)
    }
    this.#children(element, href === '' || protocol !== null ? marks : linked(marks, href), out)
  }

  #image(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    const alt = singleLine(cleanText(attribute(element, 'alt')))
    const emoji = emojiOf(element)
    if (emoji !== '') {
      out.text({ text: emoji, marks })
      return
    }
    const source = imageSource(element, this.#options, this.warnings)
    const isPixel = isTrackingPixel(element)
    if (source === null || isPixel) {
      this.warnings.add('image-dropped', isPixel ? 'image of one pixel' : 'image without an absolute web address')
      this.warnings.account(attribute(element, 'src'))
      out.text({ text: ` ${alt} `, marks })
      return
    }
    const title = this.#options.imageTitles ? attribute(element, 'title') : ''
    const link = marks.find(isLink)?.href ?? null
    out.media({ type: 'image', source, alt, link, caption: oneLine([{ text: title, marks: [] }]), credit: '' })
  }

  /** The browser adds the quotation marks of a `<q>`. */
  #quoted(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    out.text({ text: '“', marks })
    this.#children(element, marks, out)
    out.text({ text: '”', marks })
  }

  #preformatted(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    if (isVerse(element)) {
      const reader = new HtmlReader(this.warnings, { ...this.#options, lineEnds: true }, this.#footnotes)
      this.#all(reader.pieces(childrenOf(element), marks), out)
      return
    }
    out.block(codeOf(element))
    warnAboutLinks(element, 'code', this.warnings)
    for (const child of descendants(element)) if (child.tagName === 'img') this.#image(child, [], out)
  }

  #heading(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    const { lines, media } = this.lines(childrenOf(element), marks)
    out.block({ type: 'heading', level: Number(element.tagName[1]), runs: oneLine(joinLines(lines, ' ')) })
    for (const piece of media) out.block(piece)
  }

  #frame(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    const piece = frameOf(element, this.#options.base)
    if (piece) out.media(piece)
    else this.warnings.add('element-dropped', `<${element.tagName}> element`)
    if (element.tagName === 'object') this.#children(element, marks, out)
    else this.#drop(element)
  }

  #recording(element: HtmlElement, marks: Mark[], out: PieceCollector): void {
    const piece = recordingOf(element, this.#options, this.warnings)
    if (!piece) this.warnings.add('element-dropped', `<${element.tagName}> element`)
    if (piece) {
      out.media(piece)
      this.#drop(element)
    } else this.#children(element, marks, out)
  }

  /** Leaves an element out, and says which words it had. */
  #drop(element: HtmlElement): void {
    const alts = [...descendants(element)].map((child) => (child.tagName === 'img' ? attribute(child, 'alt') : ''))
    this.warnings.lost([textOfNode(element), ...alts].join(' ').trim(), `in a <${element.tagName}> element`)
  }
}
