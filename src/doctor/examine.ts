import type { FileStore } from '../media/files/file-store.ts'
import type { Storage } from '../storage/storage.ts'
import { checkCounts, checkEditions, checkIndexes } from './derived.ts'
import { checkFiles } from './files.ts'
import type { Check, Finding } from './finding.ts'
import { checkArticles, checkChanges, checkSchedule } from './records.ts'

/**
 * Runs all checks that go through the tables, the references of editions before the counts that are made of them. Services
 * may run meanwhile. `onChecked` gets what each check has found.
 */
export async function examine(
  storage: Storage,
  { repair, now, files }: { repair: boolean; now: Date; files: FileStore },
  onChecked: (name: string, found: Finding[]) => void,
): Promise<void> {
  const checks: Check[] = [
    checkArticles,
    checkChanges,
    checkSchedule(now),
    checkEditions,
    checkCounts,
    ...checkIndexes,
    checkFiles(files, now),
  ]
  for (const check of checks) onChecked(check.name, await check.run(storage, repair))
}
