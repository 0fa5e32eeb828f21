import type { Storage } from '../storage/storage.ts'
import { changesAfter, type LoggedChange, lastPosition } from './log.ts'

/** So many changes are told one by one; after more of them it is said that anything may have changed. */
const MOST_TOLD = 1_000

/**
 * What this process knows of the log of changes: what every memory of what the world reads is kept right by, whichever
 * process writes.
 */
export interface ChangeFollower {
  /**
   * Looks at the log, tells `onChange` what is new, and gives the name of the last change: its number and its time,
   * since after a restore from a backup the same number may stand for something else, and the release of the service,
   * which may show the same in another way. It asks the database only after a commit.
   */
  last(): string | Promise<string>
  /** The name that `last` gave most recently. */
  seen(): string
  /** Has `tell` called with the ids of all that has changed since the last call; null says that anything may have. */
  onChange(tell: (changed: ReadonlySet<string> | null) => void): void
}

/** Follows the log for one process; `release` names the version of the service. */
export function changeFollower(storage: Storage, release: string): ChangeFollower {
  const listeners: ((changed: ReadonlySet<string> | null) => void)[] = []
  let last = { seq: 0, at: '' }
  let name = ''
  let commits: number | undefined

  async function look(): Promise<string> {
    // The last change that is known comes first, if this is still the same log.
    const rows = await changesAfter(storage.reader, last.seq - 1, MOST_TOLD + 2)
    const [first, ...added] = rows
    const isSame = last.seq > 0 && first?.seq === last.seq && first.at === last.at
    if (!isSame || added.length > MOST_TOLD) await beginAnew()
    else if (added.length > 0) tell(added.at(-1) ?? last, new Set(added.map(({ target }) => target)))
    return name
  }

  async function beginAnew(): Promise<void> {
    const place = await lastPosition(storage.reader)
    if (name === '' || place.seq !== last.seq || place.at !== last.at) tell(place, null)
  }

  function tell({ seq, at }: Pick<LoggedChange, 'seq' | 'at'>, changed: ReadonlySet<string> | null): void {
    last = { seq, at }
    name = `${release} ${seq} ${at}`
    for (const listener of listeners) listener(changed)
  }

  return {
    last() {
      const now = storage.commits()
      if (now === undefined) return look()
      if (now === commits) return name
      return look().then((found) => {
        commits = now
        return found
      })
    },
    seen: () => name,
    onChange: (listener) => void listeners.push(listener),
  }
}
