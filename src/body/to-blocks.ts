/** Pieces to blocks: texts become inline Markdown, and what exceeds a limit becomes a paragraph. */
import { MAX_CREDIT } from '../lib/media.ts'
import { isVisible, singleLine } from '../lib/unicode.ts'
import { isLinkTarget } from './addresses.ts'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { type Run, tidyRuns } from './inline.ts'
import { MAX_COLUMNS, MAX_MEDIA_CAPTION, MAX_NAME, MAX_ONE_LINE, MAX_ROWS } from './limits.ts'
import { listBlocks } from './list-writer.ts'
import { type CellPiece, hasWords, type ImagePiece, oneLine, type Piece, type TablePiece } from './pieces.ts'
import type { Cell } from './table-grid.ts'
import { filledIn, placeCells } from './table-grid.ts'
import { alignmentOf, headerColumnsOf, headerRowsOf } from './table-layout.ts'
import { asText, codeBlocks, paragraphs, texts } from './text-writer.ts'

/** Converts pieces to blocks. Throws `UnreadableBody` for a text that is longer than a block may be. */
export const toBlocks = (pieces: Piece[], warnings: ConversionWarnings): StoredBlock[] =>
  pieces.flatMap((piece) => new BlockWriter(warnings).blocks(piece))

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
        return paragraphs(tidyRuns(piece.runs), this.#warnings)
      case 'heading':
        return this.#heading(piece.level, piece.runs)
      case 'quote':
        return this.#quote(piece)
      case 'list':
        return listBlocks(piece, this.#warnings)
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
        const { type, source, poster, credit } = piece
        const recording = {
          ...source,
          caption: this.#text(piece.caption, MAX_MEDIA_CAPTION),
          credit: this.#name(credit, MAX_CREDIT),
        }
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
        return codeBlocks(piece.text, piece.language, this.#warnings)
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
    return paragraphs(tidyRuns(runs), this.#warnings)
  }

  #quote({ isPull, paragraphs, attribution }: Extract<Piece, { type: 'quote' }>): StoredBlock[] {
    const name = this.#name(attribution)
    const text = texts(paragraphs).join('\n\n')
    if (text === '') return []
    return [{ type: 'quote', ...(isPull ? { kind: 'pull' as const } : {}), text, source: null, attribution: name }]
  }

  #picture({ source, alt, link, caption, credit }: ImagePiece) {
    const isLong = alt.length > MAX_ONE_LINE
    if (isLong) this.#overflow([{ text: alt, marks: [] }], 'description')
    const isTarget = link !== null && isLinkTarget(link)
    if (link !== null && !isTarget) this.#warnings.add('link-dropped', 'link of an image')
    // In the order of a picture in a request, so that sending one again changes nothing.
    const { crop, ...address } = { crop: undefined, ...source }
    return {
      ...address,
      alt: isLong ? '' : alt,
      ...(isTarget ? { link } : {}),
      caption: this.#text(caption, MAX_MEDIA_CAPTION),
      credit: this.#name(credit, MAX_CREDIT),
      ...(crop && { crop }),
    }
  }

  /** A caption, as a member that is there only if it has words. */
  #caption(runs: Run[]): { caption?: string } {
    const caption = this.#text(runs)
    return caption === null ? {} : { caption }
  }

  /** The text of a caption or a cell. */
  #text(runs: Run[], max = MAX_ONE_LINE): string | null {
    const text = asText(runs)
    if (!isVisible(text)) return null
    if (text.length <= max) return text
    this.#overflow(runs, 'caption')
    return null
  }

  #plainLine(text: string): string | null {
    const line = singleLine(text)
    if (!isVisible(line)) return null
    if (line.length <= MAX_ONE_LINE) return line
    this.#overflow([{ text: line, marks: [] }], 'title')
    return null
  }

  /** A name, such as a credit or an attribution. */
  #name(value: string, max = MAX_NAME): string | null {
    const name = singleLine(value)
    if (!isVisible(name)) return null
    if (name.length <= max) return name
    this.#overflow([{ text: name, marks: [] }], 'credit')
    return null
  }

  #overflow(runs: Run[], what: string): void {
    this.#warnings.add('text-moved', `${what} that is too long`, 'made a paragraph')
    this.#rest.push(...paragraphs(tidyRuns(runs), this.#warnings))
  }

  #table(piece: TablePiece): StoredBlock[] {
    const rows = piece.rows.filter(({ cells }) => cells.length > 0)
    if (rows.length > MAX_ROWS) throw new UnreadableBody(`a table has more than ${MAX_ROWS} rows`)
    const cells = rows.map((row) => row.cells)
    if (!cells.flat().some(({ runs }) => hasWords(runs))) return paragraphs(tidyRuns(piece.caption), this.#warnings)
    const { placed, width } = placeCells(
      cells,
      { colspan: (c) => c.colspan, rowspan: (c) => c.rowspan },
      MAX_COLUMNS + 1,
    )
    if (width > MAX_COLUMNS) throw new UnreadableBody(`a table has more than ${MAX_COLUMNS} columns`)
    const written: Cell[][] = rows.map(() => [])
    for (const { cell, row, colspan, rowspan } of placed) written[row]?.push(this.#cell(cell, colspan, rowspan))
    const filled = filledIn(placed, rows.length)
    written.forEach((row, i) => {
      for (let n = filled[i] ?? 0; n < width; n += 1) row.push('')
    })
    const headers = headerRowsOf(rows)
    const [first = [], ...body] = headers > 0 ? written : [[], ...written]
    // Markdown has no table without a header: an empty one stands for none.
    const header = headers === 1 && first.every((cell) => cell === '') ? [] : first
    return [
      {
        type: 'table',
        ...this.#caption(piece.caption),
        header,
        ...given('headerRows', Math.max(0, headers - 1)),
        ...given('headerColumns', headerColumnsOf(placed, { from: headers, to: rows.length })),
        ...alignmentOf(placed, width),
        rows: body,
      },
    ]
  }

  #cell(cell: CellPiece, colspan: number, rowspan: number): Cell {
    const text = this.#text(cell.runs) ?? ''
    if (colspan === 1 && rowspan === 1) return text
    return { text, ...(colspan > 1 ? { colspan } : {}), ...(rowspan > 1 ? { rowspan } : {}) }
  }
}

/** A member with a number, if it is not 0. */
const given = <K extends string>(name: K, value: number) =>
  (value > 0 ? { [name]: value } : {}) as { [N in K]?: number }
