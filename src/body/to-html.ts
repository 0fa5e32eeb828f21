/** Blocks to HTML. Only the elements and attributes in this file are written, so no other can occur. */
import type { Rendition } from '../lib/media-schemas.ts'
import { forbiddenProtocol } from './addresses.ts'
import { attributionText } from './attribution.ts'
import type { Block } from './block.ts'
import { isFootnote, isLink, type Mark, nestMarks, type Run } from './inline.ts'
import type { NestedList } from './list-blocks.ts'
import { writtenPart } from './own-media.ts'
import { parseInline } from './parse-inline.ts'
import type { Cell } from './table-grid.ts'
import { allRows, colspanOf, placeCells, rowspanOf, textOfCell } from './table-grid.ts'

/**
 * Semantic HTML of the blocks, one block per line. With `base`, the URL of the article's page, relative links become absolute
 * (RFC 3986, section 5), as feed readers need them.
 */
export function toHtml(blocks: Block[], base?: string): string {
  return new HtmlWriter(blocks, base).write()
}

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

type Attributes = Record<string, string | number | null | undefined>

function tag(name: string, content: string, attributes: Attributes = {}): string {
  return `${startTag(name, attributes)}${content}</${name}>`
}

function startTag(name: string, attributes: Attributes = {}): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === null || value === undefined ? '' : ` ${key}="${escapeText(String(value)).replaceAll('"', '&quot;')}"`,
  )
  return `<${name}${written.join('')}>`
}

const optional = (name: string, content: string | null | undefined): string => (content ? tag(name, content) : '')

/** The protocol in lower case, as some readers compare it. */
const webUrl = (url: string): string => url.replace(/^[a-z]+:/i, (protocol) => protocol.toLowerCase())

const TAGS = {
  strong: 'strong',
  emphasis: 'em',
  strikethrough: 'del',
  superscript: 'sup',
  subscript: 'sub',
  code: 'code',
} as const

class HtmlWriter {
  readonly #blocks: Block[]
  readonly #base: string | undefined
  /** The number of each footnote, by its label. */
  readonly #numbers = new Map<string, number>()
  /** The footnotes to which a text before refers: they lead back to the first that does. */
  readonly #referred = new Set<string>()

  constructor(blocks: Block[], base: string | undefined) {
    this.#blocks = blocks
    this.#base = base
    const notes = blocks.flatMap((block) => (block.type === 'footnotes' ? block.items : []))
    for (const { label } of notes) this.#numbers.set(label, this.#numbers.size + 1)
  }

  write(): string {
    return this.#blocks.map((block) => this.#block(block)).join('\n')
  }

  #block(block: Block): string {
    switch (block.type) {
      case 'paragraph':
        return this.#paragraphs(block.text)
      case 'heading':
        return tag(`h${block.level}`, this.#inline(block.text))
      case 'quote': {
        const attributes = block.kind === 'pull' ? { class: 'pullquote' } : {}
        const name = attributionText(block)
        const footer = optional('footer', name === null ? null : escapeText(name))
        return tag('blockquote', `${this.#paragraphs(block.text)}${footer}`, attributes)
      }
      case 'list':
        return this.#list(block)
      case 'definition-list':
        return tag(
          'dl',
          block.items
            .flatMap(({ terms, descriptions }) => [
              ...terms.map((text) => tag('dt', this.#inline(text))),
              ...descriptions.map((text) => tag('dd', this.#inline(text))),
            ])
            .join(''),
        )
      case 'image':
        return this.#image(block)
      case 'gallery': {
        const images = block.images.map((image) => this.#image(image)).join('')
        return tag('figure', `${images}${this.#caption(block.caption)}`, { class: 'gallery' })
      }
      case 'audio':
      case 'video': {
        const poster = block.type === 'video' && block.poster ? webUrl(block.poster) : null
        const player = tag(block.type, '', { src: webUrl(block.url), poster, controls: '' })
        return tag('figure', `${player}${this.#caption(block.caption, block.credit)}`)
      }
      case 'embed': {
        const href = webUrl(block.url)
        const link = tag('p', tag('a', escapeText(block.title || href), { href }))
        // The class says that the text of the link is the title.
        const isPlain = !block.title && !block.aspectRatio
        const attributes = isPlain ? {} : { class: 'embed', 'data-aspect-ratio': block.aspectRatio }
        return tag('figure', `${link}${this.#caption(block.caption, block.provider)}`, attributes)
      }
      case 'divider':
        return '<hr>'
      case 'code': {
        const attributes = block.language ? { class: `language-${block.language}` } : {}
        return tag('pre', tag('code', escapeText(block.text), attributes))
      }
      case 'table':
        return this.#table(block)
      case 'footnotes':
        return this.#footnotes(block)
    }
  }

  #list(list: NestedList): string {
    const items = list.items.map((item) =>
      typeof item === 'string'
        ? tag('li', this.#inline(item))
        : tag('li', `${this.#inline(item.text)}${this.#list(item.list)}`),
    )
    const attributes = { start: list.start, reversed: list.reversed ? '' : null }
    return list.ordered ? tag('ol', items.join(''), attributes) : tag('ul', items.join(''))
  }

  #image({
    url,
    alt,
    link,
    caption,
    credit,
    crop,
    renditions,
  }: Omit<Extract<Block, { type: 'image' }>, 'type' | 'id' | 'caption' | 'credit'> & Captions) {
    const image = startTag('img', {
      src: webUrl(url),
      ...sizesOf(renditions),
      alt,
      'data-crop': crop && writtenPart(crop),
    })
    const shown = link ? `${this.#start({ type: 'link', href: link })}${image}</a>` : image
    return tag('figure', `${shown}${this.#caption(caption, credit)}`)
  }

  #caption(caption: string | null | undefined, credit?: string | null): string {
    const parts = [caption ? this.#inline(caption) : '', credit ? tag('small', escapeText(credit)) : '']
    return optional('figcaption', parts.filter((part) => part !== '').join(' '))
  }

  #table(block: Extract<Block, { type: 'table' }>): string {
    const rows = allRows(block)
    const headers = block.header.length > 0 ? 1 + (block.headerRows ?? 0) : 0
    const { placed } = placeCells(rows, { colspan: colspanOf, rowspan: rowspanOf }, Number.POSITIVE_INFINITY)
    const written: string[][] = rows.map(() => [])
    for (const { cell, row, column } of placed) {
      const isHeader = row < headers || column < (block.headerColumns ?? 0)
      const scope = row >= headers && isHeader ? 'row' : null
      const align = block.align?.[column]
      const style = align ? `text-align:${align}` : null
      written[row]?.push(tag(isHeader ? 'th' : 'td', this.#cell(cell), { scope, ...spansOf(cell), style }))
    }
    const lines = written.map((cells) => tag('tr', cells.join('')))
    const [head, body] = [lines.slice(0, headers), lines.slice(headers)]
    const caption = block.caption ? tag('caption', this.#inline(block.caption)) : ''
    return tag('table', `${caption}${optional('thead', head.join(''))}${optional('tbody', body.join(''))}`)
  }

  #cell(cell: Cell): string {
    return this.#inline(textOfCell(cell))
  }

  #footnotes({ items }: Extract<Block, { type: 'footnotes' }>): string {
    const notes = items.map(({ label, text }) => {
      const back = this.#referred.has(label)
        ? ` ${tag('a', '↩', { href: `#fnref-${label}`, role: 'doc-backlink' })}`
        : ''
      return tag('li', `${this.#inline(text)}${back}`, { id: `fn-${label}` })
    })
    const first = this.#numbers.get(items[0]?.label ?? '') ?? 1
    const list = tag('ol', notes.join(''), { start: first === 1 ? null : first })
    return tag('section', list, { class: 'footnotes', role: 'doc-endnotes' })
  }

  #paragraphs(text: string): string {
    return parseInline(text)
      .map((runs) => tag('p', this.#runs(runs)))
      .join('')
  }

  /** For elements that cannot contain paragraphs: a blank line becomes two line breaks. */
  #inline(text: string): string {
    return parseInline(text)
      .map((runs) => this.#runs(runs))
      .join('<br><br>')
  }

  #runs(runs: Run[]): string {
    const parts: string[] = []
    for (const event of nestMarks(runs)) {
      if ('run' in event) parts.push(this.#run(event.run))
      else if ('open' in event) parts.push(this.#start(event.open))
      else parts.push(typeof event.close === 'string' ? `</${TAGS[event.close]}>` : '</a>')
    }
    return parts.join('')
  }

  #start(mark: Mark): string {
    if (typeof mark === 'string') return `<${TAGS[mark]}>`
    const href = isLink(mark) && forbiddenProtocol(mark.href) === null ? this.#absolute(webUrl(mark.href)) : null
    return startTag('a', { href })
  }

  /** Absolute and invalid URLs are returned unchanged. */
  #absolute(href: string): string {
    if (this.#base === undefined || URL.canParse(href) || !URL.canParse(href, this.#base)) return href
    return new URL(href, this.#base).href
  }

  #run({ text, marks }: Run): string {
    const label = marks.find(isFootnote)?.label
    if (label !== undefined) return this.#reference(label)
    const content = escapeText(text).replaceAll('\n', '<br>\n')
    return marks.includes('code') ? tag('code', content) : content
  }

  /** A reference to a footnote; one to a note that is not there remains as it is written. */
  #reference(label: string): string {
    const number = this.#numbers.get(label)
    if (number === undefined) return `[^${label}]`
    const id = this.#referred.has(label) ? null : `fnref-${label}`
    this.#referred.add(label)
    return tag('sup', tag('a', String(number), { id, href: `#fn-${label}`, role: 'doc-noteref' }))
  }
}

/** The sizes of an image that is media, of which the first rendition is whole. */
function sizesOf([whole]: Rendition[] = []): Attributes {
  return whole ? { srcset: whole.srcset, width: whole.width, height: whole.height } : {}
}

interface Captions {
  caption?: string | null | undefined
  credit?: string | null | undefined
}

const spansOf = (cell: Cell): Attributes => ({
  colspan: colspanOf(cell) > 1 ? colspanOf(cell) : null,
  rowspan: rowspanOf(cell) > 1 ? rowspanOf(cell) : null,
})
