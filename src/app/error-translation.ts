import { setTimeout as pause } from 'node:timers/promises'
import { UnreadableBody } from '../body/errors.ts'
import { describeFilling, indexedCount, indexState, isIndexWhole } from '../editions/index-state.ts'
import type { Readiness } from '../http/health.ts'
import { Problem } from '../lib/problem.ts'
import { FilesFull, FilesUnavailable } from '../media/files/file-store.ts'
import { brokenCode } from '../storage/failure.ts'
import { faultOf, reasonOf, type StorageFault } from '../storage/faults.ts'
import { type Reader, type Storage, StorageBroken } from '../storage/storage.ts'

/** The problems for the faults of storage. What the server says of an outage may name hosts and users: it is for the log. */
const faults: Record<StorageFault, (error: unknown) => Problem> = {
  busy: (error) => new Problem('busy', reasonOf(error), { headers: { 'retry-after': '1' } }),
  unavailable: () => new Problem('busy', 'the database does not answer', { headers: { 'retry-after': '5' } }),
  'too-slow': () =>
    new Problem('busy', 'the query took too long and was stopped; search for fewer or rarer words', {
      headers: { 'retry-after': '5' },
    }),
  'read-only': () => new Problem('read-only', 'the database takes no writes', { headers: { 'retry-after': '60' } }),
  full: () => new Problem('storage-full', 'the disk of the database is full'),
}

/** The problem that stands for an error of storage, of the files of media, or of a body's conversion; undefined for any other error. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof StorageBroken || brokenCode(error) !== undefined)
    return new Problem('busy', 'the database has failed; nothing is written', { headers: { 'retry-after': '5' } })
  const fault = faultOf(error)
  if (fault) return faults[fault](error)
  if (error instanceof FilesFull) return new Problem('storage-full', 'there is no room for files')
  if (error instanceof FilesUnavailable)
    return new Problem('busy', 'the files of media cannot be reached', { headers: { 'retry-after': '5' } })
  if (error instanceof UnreadableBody)
    return new Problem('unreadable', `body ${error.message}`, {
      errors: [{ in: 'body', pointer: '/body', code: 'unreadable', message: error.message }],
    })
  return undefined
}

/** How long the database may take to answer, in milliseconds: health checks give up after some seconds. */
const PING_DEADLINE = 1_500

const silence = () => pause(PING_DEADLINE, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer')))

/** Why the service is not ready, if it is not; and the progress of a rebuild of the search index, which answers meanwhile. */
export const readinessOf = (storage: Storage): Promise<Readiness> =>
  Promise.race([storage.ping().then(() => indexReadiness(storage.backgroundReader)), silence()]).catch(
    (error: unknown) => ({
      reason: error instanceof StorageBroken ? error.message : 'the database does not answer',
    }),
  )

async function indexReadiness(db: Reader): Promise<Readiness> {
  if (!(await isIndexWhole(db))) return { reason: describeFilling(await indexedCount(db)) }
  const { rebuild } = await indexState(db)
  return rebuild ? { index: { done: rebuild.done, total: rebuild.total } } : {}
}
