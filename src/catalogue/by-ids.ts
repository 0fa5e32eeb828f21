import { getTableName, inArray } from 'drizzle-orm'
import { memo } from '../lib/memo.ts'
import { numbered, placeholders, type Reader, shaped } from '../storage/storage.ts'
import type { EntryRow, EntryTable } from './entry.ts'

/** The entries with these ids, in no order, the trash's among them. */
export async function byIds<Row extends EntryRow>(db: Reader, table: EntryTable, ids: string[]): Promise<Row[]> {
  if (ids.length === 0) return []
  const select = memo(selects, table, () => selecting(table))
  return (await select(db, ids.length, numbered(ids))) as unknown as Row[]
}

const selects = new WeakMap<EntryTable, ReturnType<typeof selecting>>()

const selecting = (table: EntryTable) =>
  shaped(`${getTableName(table)}_by_ids`, (db, count: number) =>
    db
      .select()
      .from(table)
      .where(inArray(table.id, placeholders(count))),
  )
