import { UnreadableBody } from '../body/errors.ts'
import { Problem } from '../lib/problem.ts'
import { brokenCode } from '../storage/failure.ts'
import { isStatementEnded, isStorageFull, type Storage, StorageBroken, StorageBusy } from '../storage/storage.ts'

/** The problem that stands for an error of storage or of a body's conversion; undefined for any other error. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof StorageBusy) return new Problem('busy', error.message, { headers: { 'retry-after': '1' } })
  if (error instanceof StorageBroken || brokenCode(error) !== undefined)
    return new Problem('busy', 'the database has failed; nothing is written', { headers: { 'retry-after': '5' } })
  if (isStorageFull(error)) return new Problem('storage-full', 'the disk of the database is full')
  if (isStatementEnded(error)) {
    const detail = 'the search took too long and was stopped; search for fewer or rarer words'
    return new Problem('busy', detail, { headers: { 'retry-after': '5' } })
  }
  if (error instanceof UnreadableBody)
    return new Problem('unreadable', `body ${error.message}`, {
      errors: [{ in: 'body', pointer: '/body', code: 'unreadable', message: error.message }],
    })
  return undefined
}

/** Why the database cannot be used; undefined if it can. */
export const whyNotReady = ({ ping }: Storage): Promise<string | undefined> =>
  ping().then(
    () => undefined,
    (error: unknown) => (error instanceof StorageBroken ? error.message : 'the database does not answer'),
  )
