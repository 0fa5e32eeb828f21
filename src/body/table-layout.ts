/** What the cells of a table say about its rows and columns. */
import type { CellPiece, TablePiece } from './pieces.ts'
import type { PlacedCell } from './table-grid.ts'

/** How many rows at the top of a table are its header. */
export function headerRowsOf(rows: TablePiece['rows']): number {
  const isHeader = ({ cells, isHeader }: TablePiece['rows'][number]) =>
    isHeader || (rows.length > 1 && cells.every((cell) => cell.isHeader))
  const first = rows.findIndex((row) => !isHeader(row))
  return first < 0 ? 1 : first
}

/** How many columns at the left name their rows. */
export function headerColumnsOf(placed: PlacedCell<CellPiece>[], rows: { from: number; to: number }): number {
  const firsts = Array.from({ length: rows.to }, () => Number.POSITIVE_INFINITY)
  for (const { cell, row, column, rowspan } of placed)
    if (!cell.isHeader) for (let i = row; i < row + rowspan; i += 1) firsts[i] = Math.min(firsts[i] ?? 0, column)
  const counts = firsts.slice(rows.from).map((first) => (Number.isFinite(first) ? first : 0))
  return counts.length > 0 ? Math.min(...counts) : 0
}

/** The alignment of each column: that of most of its cells that have one; left out where none has. */
export function alignmentOf(
  placed: { cell: CellPiece; column: number }[],
  width: number,
): { align?: CellPiece['align'][] } {
  const counts = Array.from({ length: width }, () => new Map<CellPiece['align'], number>())
  for (const { cell, column } of placed)
    if (cell.align) counts[column]?.set(cell.align, (counts[column]?.get(cell.align) ?? 0) + 1)
  const align = counts.map((count) => [...count].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null)
  return align.some((value) => value !== null) ? { align } : {}
}
