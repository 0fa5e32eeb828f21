/** Which files of media partners may have where reading is closed. */
import { mayHave, mediaAccessOf } from '../access/media-access.ts'
import { isInAdvanceCopy } from '../articles/embargo-access/store.ts'
import { grantedShowing } from '../editions/change-payload.ts'
import type { Clock } from '../lib/clock.ts'
import type { MayHaveFile } from '../media/served-media.ts'
import type { Storage } from '../storage/storage.ts'

/**
 * Gives the function that says whether a caller may have a file: a partner if its rights allow that and, where the key has a
 * grant, an article that the grant covers shows it, live or as an advance copy. Others may have all.
 */
export function fileAccess({
  storage,
  clock,
  publicRead,
}: {
  storage: Storage
  clock: Clock
  publicRead: boolean
}): MayHaveFile {
  const db = storage.reader
  return async (caller, { id, rights }) => {
    if (publicRead || caller.role !== 'partner') return true
    if (!mayHave(mediaAccessOf(caller), rights.syndication)) return false
    if (caller.grant === null) return true
    const showing = await grantedShowing(db, id, caller.grant, 1)
    return showing.length > 0 || isInAdvanceCopy(db, id, caller, clock.now())
  }
}
