import { eq } from 'drizzle-orm'
import { sortKey } from '../lib/tokenizer.ts'
import { authors, sections, sources, tags } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import type { EntryTable } from './entry.ts'

/** How many entries one transaction gives their sort names. */
const BATCH = 500

/** Gives the entries that a version before this one made the names they are sorted by. */
export async function fillSortNames(storage: Storage): Promise<void> {
  for (const table of [authors, sources, sections, tags]) while (await fillSome(storage, table));
}

/** Fills some of a table; gives whether there may be more. */
const fillSome = (storage: Storage, table: EntryTable): Promise<boolean> =>
  storage.transaction(async (tx) => {
    const rows = (await tx
      .select({ id: table.id, name: table.name })
      .from(table)
      .where(eq(table.sortName, ''))
      .limit(BATCH)) as { id: string; name: string }[]
    for (const { id, name } of rows)
      await tx
        .update(table)
        .set({ sortName: sortKey(name) })
        .where(eq(table.id, id))
    return rows.length === BATCH
  })
