/** Pieces to blocks: texts become inline Markdown, and what exceeds a limit becomes a paragraph. */
import { isVisible } from '../lib/unicode.ts'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { type Run, tidyRuns } from './inline.ts'
import { MAX_CODE, MAX_COLUMNS, MAX_LIST_DEPTH, MAX_NAME, MAX_ONE_LINE, MAX_ROWS, MAX_TEXT } from './limits.ts'
import type { NestedList } from './list-blocks.ts'
import {
  type CellPiece,
  hasWords,
  type ImagePiece,
  joinLines,
  type ListPiece,
  oneLine,
  type Piece,
  type TablePiece,
} from './pieces.ts'
import type { Cell } from './table-grid.ts'
import { placeCells } from './table-grid.ts'
import { alignmentOf, headerColumnsOf, headerRowsOf } from './table-layout.ts'
import { writeInline } from './write-inline.ts'

/** Converts pieces to blocks. Throws `UnreadableBody` for a text that is longer than a block may be. */
export const toBlocks = (pieces: Piece[], warnings: ConversionWarnings): StoredBlock[] =>
  pieces.flatMap((piece) => new BlockWriter(warnings).blocks(piece))

const asText = (runs: Run[]): string => writeInline(tidyRuns(runs))

class BlockWriter {
  readonly #warnings: ConversionWarnings
  /** What does not fit into the block, as blocks behind it. */
  readonly #rest: StoredBlock[] = []

  constructor(warnings: ConversionWarnings) {
    this.#warnings = warnings
  }

  blocks(piece: Piece): StoredBlock[] {
    const blocks = this.#block(piece)
    return [...blocks, ...this.#rest]
  }

  #block(piece: Piece): StoredBlock[] {
    switch (piece.type) {
      case 'paragraph':
        return paragraphs([piece.runs])
      case 'heading':
        return this.#heading(piece.level, piece.runs)
      case 'quote':
        return this.#quote(piece)
      case 'list':
        return list(piece, this.#warnings)
      case 'definition-list': {
        const items = piece.items.map(({ terms, descriptions }) => ({
          terms: texts(terms),
          descriptions: texts(descriptions),
        }))
        return [{ type: 'definition-list', items }]
      }
      case 'image':
        return [{ type: 'image', ...this.#picture(piece) }]
      case 'gallery': {
        const images = piece.images.map((image) => this.#picture(image))
        return [{ type: 'gallery', images, ...this.#caption(piece.caption) }]
      }
      case 'audio':
      case 'video': {
        const { type, url, poster, credit } = piece
        const recording = { url, caption: this.#line(piece.caption), credit: this.#name(credit) }
        return [type === 'audio' ? { type, ...recording } : { type, ...recording, poster }]
      }
      case 'embed': {
        const { url, aspectRatio } = piece
        const title = this.#plainLine(piece.title)
        return [
          {
            type: 'embed',
            url,
            provider: this.#name(piece.provider),
            ...(title ? { title } : {}),
            ...this.#caption(piece.caption),
            ...(aspectRatio ? { aspectRatio } : {}),
          },
        ]
      }
      case 'code':
        return code(piece.text, piece.language)
      case 'divider':
        return [{ type: 'divider' }]
      case 'table':
        return this.#table(piece)
      case 'footnotes': {
        const items = piece.items
          .map(({ label, paragraphs }) => ({ label, text: texts(paragraphs).join('\n\n') }))
          .filter(({ text }) => text !== '')
        return items.length > 0 ? [{ type: 'footnotes', items }] : []
      }
    }
  }

  #heading(level: number, runs: Run[]): StoredBlock[] {
    const text = asText(oneLine(runs))
    if (!isVisible(text)) return []
    if (text.length <= MAX_ONE_LINE)
      return [{ type: 'heading', level: Math.min(Math.max(level, 2), 4) as 2 | 3 | 4, text }]
    this.#warnings.add('text-moved', 'heading that is too long', 'made a paragraph')
    return paragraphs([runs])
  }

  #quote({ isPull, paragraphs, attribution }: Extract<Piece, { type: 'quote' }>): StoredBlock[] {
    const name = this.#name(attribution)
    const text = texts(paragraphs).join('\n\n')
    if (text === '') return []
    return [{ type: 'quote', ...(isPull ? { kind: 'pull' as const } : {}), text, source: null, attribution: name }]
  }

  #picture({ url, alt, caption, credit }: ImagePiece) {
    const isLong = alt.length > MAX_ONE_LINE
    if (isLong) this.#overflow([{ text: alt, marks: [] }], 'description')
    return { url, alt: isLong ? '' : alt, caption: this.#line(caption), credit: this.#name(credit) }
  }

  /** A caption, as a member that is there only if it has words. */
  #caption(runs: Run[]): { caption?: string } {
    const caption = this.#line(runs)
    return caption === null ? {} : { caption }
  }

  #line(runs: Run[]): string | null {
    const line = oneLine(runs)
    const text = asText(line)
    if (!isVisible(text)) return null
    if (text.length <= MAX_ONE_LINE) return text
    this.#overflow(runs, 'caption')
    return null
  }

  #plainLine(text: string): string | null {
    const line = text.replace(/\s+/g, ' ').trim()
    if (!isVisible(line)) return null
    if (line.length <= MAX_ONE_LINE) return line
    this.#overflow([{ text: line, marks: [] }], 'title')
    return null
  }

  /** A name, such as a credit or an attribution. */
  #name(value: string): string | null {
    const name = value.replace(/\s+/g, ' ').trim()
    if (!isVisible(name)) return null
    if (name.length <= MAX_NAME) return name
    this.#overflow([{ text: name, marks: [] }], 'credit')
    return null
  }

  #overflow(runs: Run[], what: string): void {
    this.#warnings.add('text-moved', `${what} that is too long`, 'made a paragraph')
    this.#rest.push(...paragraphs([runs]))
  }

  #table(piece: TablePiece): StoredBlock[] {
    const rows = piece.rows.filter(({ cells }) => cells.length > 0)
    if (rows.length > MAX_ROWS) throw new UnreadableBody(`a table has more than ${MAX_ROWS} rows`)
    const cells = rows.map((row) => row.cells)
    if (!cells.flat().some(({ runs }) => hasWords(runs))) return paragraphs([piece.caption])
    const { placed, width } = placeCells(
      cells,
      { colspan: (c) => c.colspan, rowspan: (c) => c.rowspan },
      MAX_COLUMNS + 1,
    )
    if (width > MAX_COLUMNS) throw new UnreadableBody(`a table has more than ${MAX_COLUMNS} columns`)
    const filled = rows.map(() => 0)
    const written: Cell[][] = rows.map(() => [])
    for (const { cell, row, colspan, rowspan } of placed) {
      written[row]?.push(this.#cell(cell, colspan, rowspan))
      for (let i = row; i < row + rowspan; i += 1) filled[i] = (filled[i] ?? 0) + colspan
    }
    for (const [i, row] of written.entries()) for (let n = filled[i] ?? 0; n < width; n += 1) row.push('')
    const headers = headerRowsOf(piece.rows.filter(({ cells }) => cells.length > 0))
    const [first = [], ...body] = headers > 0 ? written : [[], ...written]
    // Markdown has no table without a header: an empty one stands for none.
    const header = headers === 1 && first.every((cell) => cell === '') ? [] : first
    const columns = headerColumnsOf(cells.slice(headers))
    const align = alignmentOf(placed, width)
    return [
      {
        type: 'table',
        ...this.#caption(piece.caption),
        header,
        ...(headers > 1 ? { headerRows: headers - 1 } : {}),
        ...(columns > 0 ? { headerColumns: columns } : {}),
        ...(align.some((value) => value !== null) ? { align } : {}),
        rows: body,
      },
    ]
  }

  #cell(cell: CellPiece, colspan: number, rowspan: number): Cell {
    const text = this.#line(cell.runs) ?? ''
    if (colspan === 1 && rowspan === 1) return text
    return { text, ...(colspan > 1 ? { colspan } : {}), ...(rowspan > 1 ? { rowspan } : {}) }
  }
}

/** Texts of lines that have words. */
function texts(lines: Run[][]): string[] {
  const written = lines.map(asText).filter(isVisible)
  if (written.reduce((sum, text) => sum + text.length + 2, 0) > MAX_TEXT + 2) throw tooLong()
  return written
}

const tooLong = () => new UnreadableBody(`a text is longer than ${MAX_TEXT} characters`)

const paragraphs = (lines: Run[][]): StoredBlock[] => texts(lines).map((text) => ({ type: 'paragraph', text }))

function code(value: string, language: string | null): StoredBlock[] {
  if (!isVisible(value)) return []
  if (value.length > MAX_CODE) throw new UnreadableBody(`a code is longer than ${MAX_CODE} characters`)
  return [{ type: 'code', text: value, language }]
}

function list(piece: ListPiece, warnings: ConversionWarnings): StoredBlock[] {
  const nested = nestedList(piece, 1, warnings)
  return nested.items.length > 0 ? [{ type: 'list', ...nested }] : []
}

/** A list with what is inside of it; what is too deep becomes items of the list above. */
function nestedList(
  { ordered, start, reversed, items }: ListPiece,
  depth: number,
  warnings: ConversionWarnings,
): NestedList {
  return {
    ordered,
    ...(start === 1 ? {} : { start }),
    ...(reversed ? { reversed } : {}),
    items: items.flatMap(({ lines, list }): NestedList['items'] => {
      const text = asText(joinLines(lines, '\n'))
      if (text.length > MAX_TEXT) throw tooLong()
      const own = isVisible(text) ? [text] : []
      if (!list) return own
      const inner = nestedList(list, depth + 1, warnings)
      if (inner.items.length === 0) return own
      if (depth < MAX_LIST_DEPTH && own.length > 0) return [{ text, list: inner }]
      warnings.add('list-flattened', 'nested list', 'flattened')
      return [...own, ...inner.items]
    }),
  }
}
