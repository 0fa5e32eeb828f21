/**
 * Blocks to Markdown. What Markdown has no form for is HTML in it, which Markdown allows; so it reads back as the same blocks.
 * Only a quote's source is an attribution then, by its name.
 */
import { attributionText } from './attribution.ts'
import type { Block } from './block.ts'
import { plainTextOf, tidyRuns } from './inline.ts'
import type { NestedList } from './list-blocks.ts'
import { parseInline } from './parse-inline.ts'
import { allRows, type Cell, colspanOf, rowspanOf, textOfCell } from './table-grid.ts'
import { toHtml } from './to-html.ts'
import { writeInline } from './write-inline.ts'

/** A document of CommonMark with the tables and strikethrough of GFM, and footnotes. */
export function toMarkdown(blocks: Block[]): string {
  // Two lists in a row would be one, but for their markers.
  let alternate = false
  const written = blocks.map((block, i) => {
    const before = blocks[i - 1]
    alternate = block.type === 'list' && before?.type === 'list' && before.ordered === block.ordered && !alternate
    return markdownOf(block, alternate)
  })
  return written.filter((text) => text !== '').join('\n\n')
}

function markdownOf(block: Block, alternate: boolean): string {
  switch (block.type) {
    case 'paragraph':
      return paragraphs(block.text)
    case 'heading':
      return `${'#'.repeat(block.level)} ${heading(block.text)}`
    case 'quote':
      return quote(block)
    case 'list':
      return isPlainList(block) ? list(block, alternate) : toHtml([block])
    case 'image':
      return image(block)
    case 'embed':
      return isPlainEmbed(block) ? `<${block.url}>` : toHtml([block])
    case 'divider':
      return '---'
    case 'code':
      return code(block)
    case 'table':
      return isPlainTable(block) ? table(block) : toHtml([block])
    case 'footnotes':
      return block.items.map(({ label, text }) => `[^${label}]: ${indented(paragraphs(text), '    ')}`).join('\n\n')
    default:
      return toHtml([block])
  }
}

/** Inline Markdown as a document has it: no line may begin a block. */
const asDocument = (text: string): string => text.split('\n').map(escapeLine).join('\n')

const BLOCK_START = /^(?:[-+*](?=\s|$)|#{1,6}(?=\s|$)|>|~~~|[-=:|\s]+$|\[(?=[^\]]*\]:|[ xX]\]\s)|:(?=\s))/

function escapeLine(line: string): string {
  if (/^\[\^[\w-]+\]:/.test(line)) return line.replace(':', '\\:')
  return BLOCK_START.test(line) ? `\\${line}` : line.replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}

/** A text as the paragraphs of a document. */
const paragraphs = (text: string): string =>
  parseInline(text)
    .map((runs) => asDocument(writeInline(tidyRuns(runs))))
    .join('\n\n')

/** A text where there is only one paragraph. */
const inline = (text: string, separator: string): string =>
  parseInline(text)
    .map((runs) => asDocument(writeInline(tidyRuns(runs))))
    .join(separator)

/** A heading's text; number signs at its end would be dropped. */
const heading = (text: string): string =>
  parseInline(text)
    .map((runs) => writeInline(tidyRuns(runs)))
    .join(' ')
    .replace(/#+$/, '\\$&')

/** A text whose lines but the first are indented. */
const indented = (text: string, indent: string): string => text.replace(/\n(?=[^\n])/g, `\n${indent}`)

function quote(block: Extract<Block, { type: 'quote' }>): string {
  if (block.kind === 'pull') return toHtml([block])
  const name = attributionText(block)
  // Beside other lines that begin with a dash, a signature would not be recognised.
  if (name !== null && /^(?:—|–|-)/m.test(block.text)) return toHtml([block])
  const signature = name === null ? '' : `\n\n${writeInline([{ text: `— ${name}`, marks: [] }])}`
  return `${paragraphs(block.text)}${signature}`.replace(/^/gm, '> ').replace(/^> $/gm, '>')
}

/** Whether Markdown has a form for a list and all that is in it. */
const isPlainList = ({ ordered, start = 1, reversed, items }: NestedList): boolean =>
  !reversed &&
  (!ordered || (start >= 0 && start + items.length < 1000)) &&
  items.every((item) => typeof item === 'string' || isPlainList(item.list))

function list({ ordered, start = 1, items }: NestedList, alternate: boolean): string {
  return items
    .map((item, i) => {
      const marker = ordered ? `${start + i}${alternate ? ')' : '.'} ` : alternate ? '* ' : '- '
      const indent = ' '.repeat(marker.length)
      if (typeof item === 'string') return `${marker}${indented(inline(item, '\\\n'), indent)}`
      return `${marker}${indented(`${inline(item.text, '\\\n')}\n${list(item.list, false)}`, indent)}`
    })
    .join('\n')
}

function image(block: Extract<Block, { type: 'image' }>): string {
  const caption = parseInline(block.caption ?? '').flat()
  const isPlain = caption.every(({ text, marks }) => marks.length === 0 && !text.includes('\n'))
  if (block.credit || block.crop || !isPlain || !isBareUrl(block.url) || !isBareUrl(block.link ?? '#'))
    return toHtml([block])
  const alt = block.alt.replace(/[\\`*_[\]<&!~]/g, '\\$&')
  const title = plainTextOf(caption).replace(/[\\"&]/g, '\\$&')
  const written = `![${alt}](${block.url.replace(/&/g, '\\&')}${title === '' ? '' : ` "${title}"`})`
  return block.link ? `[${written}](${block.link.replace(/&/g, '\\&')})` : written
}

/** Whether an address stands as it is in a link. */
const isBareUrl = (url: string): boolean => /^[^\s<>()\\]+$/.test(url)

const isPlainEmbed = ({ url, provider, title, caption, aspectRatio }: Extract<Block, { type: 'embed' }>): boolean =>
  !provider && !title && !caption && !aspectRatio && /^https?:[^\s<>]+$/i.test(url)

function code({ text, language }: Extract<Block, { type: 'code' }>): string {
  const longest = [...text.matchAll(/`{3,}/g)].reduce((most, [run]) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language ?? ''}\n${text}\n${fence}`
}

/** A text in a cell of a table, which has one line. */
const inCell = (text: string): string => text.replaceAll('\\\n', '<br>').replaceAll('|', '\\|')

const RULES = { none: '---', left: ':--', center: ':-:', right: '--:' }

/** Whether Markdown has a form for all that a table says: it has one row of headings, and a text in each place. */
const isPlainTable = (block: Extract<Block, { type: 'table' }>): boolean =>
  !block.caption && !block.headerRows && !block.headerColumns && allRows(block).flat().every(isPlainCell)

const isPlainCell = (cell: Cell): boolean => colspanOf(cell) === 1 && rowspanOf(cell) === 1

function table(block: Extract<Block, { type: 'table' }>): string {
  const rows = allRows(block).map((cells) => cells.map((cell) => inCell(inline(textOfCell(cell), '\\\n'))))
  const width = rows[0]?.length ?? 0
  const empty = Array.from({ length: width }, () => '')
  const [header = empty, ...body] = block.header.length > 0 ? rows : [empty, ...rows]
  const rule = empty.map((_, i) => RULES[block.align?.[i] ?? 'none'])
  const lines = [header, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n')
}
