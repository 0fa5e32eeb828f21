/** The places of a table's cells, as HTML defines them (section 4.9.12): a cell takes the next place that is free. */
import type * as z from 'zod'

/** A cell of a table: its text, alone or with the columns and rows that it spans. */
export type Cell = string | { text: string; colspan?: number | undefined; rowspan?: number | undefined }

/** A table's rows with its header first. */
interface Rows {
  header: Cell[]
  rows: Cell[][]
}

export const textOfCell = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text)
export const colspanOf = (cell: Cell): number => (typeof cell === 'string' ? 1 : (cell.colspan ?? 1))
export const rowspanOf = (cell: Cell): number => (typeof cell === 'string' ? 1 : (cell.rowspan ?? 1))

export const allRows = ({ header, rows }: Rows): Cell[][] => (header.length > 0 ? [header, ...rows] : rows)

/** A cell at its place. Spans end at the last row, and before the next cell that is in the way. */
export interface PlacedCell<C> {
  cell: C
  row: number
  column: number
  colspan: number
  rowspan: number
}

/** Places the cells of rows; the width is that of the widest row, and each place has one cell at most. */
export function placeCells<C>(
  rows: C[][],
  spans: { colspan: (cell: C) => number; rowspan: (cell: C) => number },
  maxWidth: number,
): { placed: PlacedCell<C>[]; width: number } {
  /** For each column, the first row in which it is free. */
  const free: number[] = []
  const placed: PlacedCell<C>[] = []
  let width = 0
  for (const [row, cells] of rows.entries()) {
    let column = 0
    for (const cell of cells) {
      while ((free[column] ?? 0) > row) column += 1
      const rowspan = Math.max(1, Math.min(spans.rowspan(cell), rows.length - row))
      let colspan = 1
      const most = Math.min(spans.colspan(cell), maxWidth - column)
      while (colspan < most && (free[column + colspan] ?? 0) <= row) colspan += 1
      for (let i = column; i < column + colspan; i += 1) free[i] = row + rowspan
      placed.push({ cell, row, column, colspan, rowspan })
      column += colspan
      width = Math.max(width, column)
    }
  }
  return { placed, width }
}

/** How many places are filled in each row. */
export function filledIn(placed: PlacedCell<unknown>[], rows: number): number[] {
  const filled = Array.from({ length: rows }, () => 0)
  for (const { row, colspan, rowspan } of placed)
    for (let i = row; i < row + rowspan; i += 1) filled[i] = (filled[i] ?? 0) + colspan
  return filled
}

const spansOfCell = { colspan: colspanOf, rowspan: rowspanOf }

/** The texts of a table, place by place: a cell that spans several has its text at the first, the others are empty. */
export function expandTable(table: Rows): string[][] {
  const rows = allRows(table)
  const { placed, width } = placeCells(rows, spansOfCell, Number.POSITIVE_INFINITY)
  const texts = rows.map(() => Array.from({ length: width }, () => ''))
  for (const { cell, row, column } of placed) {
    const line = texts[row]
    if (line) line[column] = textOfCell(cell)
  }
  return texts
}

/** Checks that every row of a table fills all columns; adds an issue for each that does not. */
export function evenRows(ctx: z.core.ParsePayload<Rows>): void {
  const rows = allRows(ctx.value)
  const { placed } = placeCells(rows, spansOfCell, Number.POSITIVE_INFINITY)
  const filled = filledIn(placed, rows.length)
  const hasHeader = ctx.value.header.length > 0
  const [width = 0] = filled
  if (rows.length === 0 || width === 0)
    ctx.issues.push({ code: 'custom', message: 'must have a cell', path: ['rows'], input: ctx.value })
  filled.forEach((cells, index) => {
    if (cells === width) return
    const message = `must have ${width} cells, as the ${hasHeader ? 'header' : 'first row'} has`
    ctx.issues.push({ code: 'custom', message, path: ['rows', hasHeader ? index - 1 : index], input: ctx.value })
  })
}
