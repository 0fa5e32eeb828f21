/** Schema of tables. */
import * as z from 'zod'
import { caption, InlineTextOrNothing, typed } from './block-members.ts'
import { MAX_COLUMNS, MAX_ROWS } from './limits.ts'
import { type Cell, evenRows } from './table-grid.ts'

/** A cell of a table: its text, alone or with the columns and rows that it spans. */
const TableCell: z.ZodType<Cell> = z
  .union([
    InlineTextOrNothing,
    z.strictObject({
      text: InlineTextOrNothing.meta({
        description: 'The text of the cell, as inline Markdown.',
        examples: ['1,204,000'],
      }),
      colspan: z.int().min(1).max(MAX_COLUMNS).optional().meta({ description: 'How many columns it spans.' }),
      rowspan: z.int().min(1).max(MAX_ROWS).optional().meta({ description: 'How many rows it spans.' }),
    }),
  ])
  .meta({ id: 'TableCell', description: 'A cell of a table: inline Markdown, alone or with what it spans.' })

export const TableBlock = z
  .strictObject({
    ...typed('table'),
    caption,
    header: z
      .array(TableCell)
      .max(MAX_COLUMNS)
      .meta({ description: 'The names of the columns; empty if they have none.', examples: [['Year', 'Crossings']] }),
    headerRows: z
      .int()
      .min(1)
      .max(MAX_ROWS)
      .optional()
      .meta({ description: 'How many of the first `rows` belong to the header, too.', examples: [1] }),
    headerColumns: z
      .int()
      .min(1)
      .max(MAX_COLUMNS)
      .optional()
      .meta({ description: 'How many of the first columns name their row.', examples: [1] }),
    align: z
      .array(z.enum(['left', 'center', 'right']).nullable())
      .max(MAX_COLUMNS)
      .optional()
      .meta({ description: 'How the columns are aligned.', examples: [['left', 'right']] }),
    rows: z
      .array(z.array(TableCell).max(MAX_COLUMNS))
      .max(MAX_ROWS)
      .meta({ description: 'The rows, cell by cell.', examples: [[['2021', '1,204,000']]] }),
  })
  .check(evenRows)
  .meta({
    id: 'TableBlock',
    description: 'A table; every row fills all columns. A place that a cell above spans is left out of its row.',
  })
