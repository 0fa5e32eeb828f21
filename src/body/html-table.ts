/** Tables in HTML. */

import type { HtmlReading } from './html-reading.ts'
import {
  attribute,
  childrenOf,
  type HtmlElement,
  type HtmlNode,
  isElement,
  isTag,
  isText,
  styleOf,
} from './html-tree.ts'
import { type Mark, plainTextOf, type Run, tidyRuns } from './inline.ts'
import { MAX_COLUMNS, MAX_ONE_LINE, MAX_ROWS } from './limits.ts'
import { type CellPiece, hasWords, isMedia, joinLines, type Piece, type TablePiece, textLines } from './pieces.ts'

interface ReadCell {
  cell: CellPiece
  pieces: Piece[]
}

/**
 * A table, and behind it the images and the like in its cells. A table that only arranges its content on the page becomes
 * that content: one with a single cell, with cells that are too long, or with a table in a cell.
 */
export function tablePieces(reader: HtmlReading, element: HtmlElement, marks: Mark[]): Piece[] {
  const caption: Run[][] = []
  const rows: { cells: ReadCell[]; isHeader: boolean }[] = []
  const stray: Piece[] = []
  const visit = (node: HtmlNode, isHeader: boolean): void => {
    if (isTag(node, 'thead', 'tbody', 'tfoot'))
      for (const child of childrenOf(node)) visit(child, node.tagName === 'thead')
    else if (isTag(node, 'tr')) rows.push({ isHeader, cells: cellsOf(reader, node, marks) })
    else if (isTag(node, 'caption')) {
      const { lines, media } = reader.lines(childrenOf(node), marks)
      caption.push(...lines)
      stray.push(...media)
    } else if (isElement(node) || isText(node)) stray.push(...reader.pieces([node], marks))
  }
  for (const child of childrenOf(element)) visit(child, false)
  const cells = rows.flatMap(({ cells }) => cells)
  const captionRuns = tidyRuns(joinLines(caption, '\n'))
  if (
    isLayout(
      element,
      rows.map((row) => row.cells),
    )
  ) {
    const title: Piece[] = hasWords(captionRuns) ? [{ type: 'paragraph', runs: captionRuns }] : []
    return [...title, ...cells.flatMap(({ pieces }) => pieces), ...stray]
  }
  const table: TablePiece = {
    type: 'table',
    caption: captionRuns,
    rows: rows.map(({ cells, isHeader }) => ({ isHeader, cells: cells.map(({ cell }) => cell) })),
  }
  const media = cells.flatMap(({ pieces }) => pieces.filter(isMedia))
  return [table, ...media, ...stray]
}

const isLayout = (element: HtmlElement, rows: ReadCell[][]): boolean =>
  ['presentation', 'none'].includes(attribute(element, 'role')) ||
  isSingle(rows) ||
  rows
    .flat()
    .some(({ cell, pieces }) => lengthOf(cell.runs) > MAX_ONE_LINE / 2 || pieces.some(({ type }) => type === 'table'))

/** Whether only one cell has words, in a table of one column or one row. */
const isSingle = (rows: ReadCell[][]): boolean =>
  (rows.length === 1 ? (rows[0]?.length ?? 0) === 1 : rows.every((cells) => cells.length <= 1)) &&
  rows.flat().filter(({ cell }) => hasWords(cell.runs)).length <= 1

/** The length of a text with room for its markup. */
const lengthOf = (runs: Run[]): number => plainTextOf(runs).length

function cellsOf(reader: HtmlReading, row: HtmlElement, marks: Mark[]): ReadCell[] {
  return childrenOf(row).flatMap((node): ReadCell[] => {
    if (!isTag(node, 'td', 'th')) return []
    const pieces = reader.pieces(childrenOf(node), marks)
    const runs = joinLines(pieces.flatMap(textLines), '\n')
    const cell: CellPiece = {
      runs,
      isHeader: node.tagName === 'th',
      colspan: spanOf(node, 'colspan', MAX_COLUMNS),
      rowspan: spanOf(node, 'rowspan', MAX_ROWS),
      align: alignOf(node),
    }
    return [{ cell, pieces }]
  })
}

function spanOf(cell: HtmlElement, name: string, max: number): number {
  const value = Number.parseInt(attribute(cell, name), 10)
  // A rowspan of 0 extends to the end of the table.
  if (value === 0 && name === 'rowspan') return max
  return value >= 1 ? Math.min(value, max) : 1
}

function alignOf(cell: HtmlElement): CellPiece['align'] {
  const value = styleOf(cell).get('text-align') ?? attribute(cell, 'align').toLowerCase()
  return value === 'left' || value === 'center' || value === 'right' ? value : null
}
