import { eq } from 'drizzle-orm'
import { sortKey } from '../lib/tokenizer.ts'
import { authors, sections, sources, tags } from '../storage/schema.ts'
import type { Storage } from '../storage/storage.ts'
import type { EntryTable } from './entry.ts'

/** How many entries one transaction updates. */
const BATCH_SIZE = 500

/** Fills in `sortName` for entries that were created by a version without it. */
export async function backfillSortNames(storage: Storage): Promise<void> {
  for (const table of [authors, sources, sections, tags]) while (await fillBatch(storage, table));
}

/** Updates one batch; returns whether there may be more. */
const fillBatch = (storage: Storage, table: EntryTable): Promise<boolean> =>
  storage.transaction(async (tx) => {
    const rows = (await tx
      .select({ id: table.id, name: table.name })
      .from(table)
      .where(eq(table.sortName, ''))
      .limit(BATCH_SIZE)) as { id: string; name: string }[]
    for (const { id, name } of rows)
      await tx
        .update(table)
        .set({ sortName: sortKey(name) })
        .where(eq(table.id, id))
    return rows.length === BATCH_SIZE
  })
