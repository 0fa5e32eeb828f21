import type { Commits, Storage } from '../storage/storage.ts'
import { keyedChangesAfter } from './dependencies.ts'
import { type LoggedChange, lastPosition } from './log.ts'

/** How many changes are reported to listeners by their keys; after more of them, anything may have changed. */
const MAX_REPORTED = 1_000

/**
 * Follows the change log for one process: what invalidates every cache of what the public reads, whichever process
 * writes.
 */
export interface ChangeFollower {
  /**
   * Reads new changes from the log, reports them to the listeners, and gives the token of the last change: its number
   * and its time, since after a restore from a backup the same number may be another change, and what else the replies of
   * the service depend on. It reads the log only after a commit.
   */
  latest(): string | Promise<string>
  /** The token that `latest` gave most recently. */
  lastSeen(): string
  /** Adds a listener, which gets the keys of what has changed since its last call; null if anything may have changed. */
  onChange(listener: (changed: ReadonlySet<string> | null) => void): void
}

/**
 * The follower of a process; `presentation` stands for what decides how the same data is presented: the version of the
 * service, and its settings.
 */
export function changeFollower(storage: Storage, presentation: string): ChangeFollower {
  const listeners: ((changed: ReadonlySet<string> | null) => void)[] = []
  let last = { seq: 0, at: '' }
  let token = ''
  let commits: Commits | undefined
  let reading: { at: Commits; token: Promise<string> } | undefined

  async function readNewChanges(): Promise<string> {
    // The first row is the last known change, if this is still the same log.
    const rows = await keyedChangesAfter(storage.reader, last.seq - 1, MAX_REPORTED + 2)
    const [first, ...added] = rows
    const isSame = last.seq > 0 && first?.seq === last.seq && first.at === last.at
    if (!isSame || added.length > MAX_REPORTED) await restart()
    else if (added.length > 0) report(added.at(-1) ?? last, new Set(added.flatMap(({ keys }) => keys)))
    return token
  }

  /** The token after these commits. Requests that wait for the same ones share the query. */
  function tokenAt(now: Commits): string | Promise<string> {
    if (now === commits) return token
    if (reading?.at === now) return reading.token
    const read = readNewChanges().then(
      (token) => {
        commits = now
        reading = undefined
        return token
      },
      (error) => {
        reading = undefined
        throw error
      },
    )
    reading = { at: now, token: read }
    return read
  }

  async function restart(): Promise<void> {
    const position = await lastPosition(storage.reader)
    if (token === '' || position.seq !== last.seq || position.at !== last.at) report(position, null)
  }

  function report({ seq, at }: Pick<LoggedChange, 'seq' | 'at'>, changed: ReadonlySet<string> | null): void {
    last = { seq, at }
    token = `${presentation} ${seq} ${at}`
    for (const listener of listeners) listener(changed)
  }

  return {
    latest() {
      const now = storage.commits()
      return typeof now === 'object' ? now.then(tokenAt) : tokenAt(now)
    },
    lastSeen: () => token,
    onChange: (listener) => void listeners.push(listener),
  }
}
