import { getTableName, inArray } from 'drizzle-orm'
import { getOrCreate } from '../lib/cache.ts'
import { numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import type { Reader } from '../storage/storage.ts'
import type { EntryRow, EntryTable } from './entry.ts'

/** Loads the entries with these ids, unordered, including those in the trash. */
export async function loadByIds<Row extends EntryRow>(db: Reader, table: EntryTable, ids: string[]): Promise<Row[]> {
  if (ids.length === 0) return []
  const select = getOrCreate(statements, table, () => selectByIds(table))
  return (await select(db, ids.length, numberedValues(ids))) as unknown as Row[]
}

const statements = new WeakMap<EntryTable, ReturnType<typeof selectByIds>>()

const selectByIds = (table: EntryTable) =>
  preparedVariants(`${getTableName(table)}_by_ids`, (db, count: number) =>
    db
      .select()
      .from(table)
      .where(inArray(table.id, placeholders(count))),
  )
