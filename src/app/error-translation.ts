import { UnreadableBody } from '../body/errors.ts'
import { Problem } from '../lib/problem.ts'
import { faultOf, reasonOf, type StorageFault } from '../storage/faults.ts'

/** The problems for the faults of storage. What the server says of an outage may name hosts and users: it is for the log. */
const faults: Record<StorageFault, (error: unknown) => Problem> = {
  busy: (error) => new Problem('busy', reasonOf(error), { headers: { 'retry-after': '1' } }),
  unavailable: () => new Problem('busy', 'the database does not answer', { headers: { 'retry-after': '5' } }),
  'too-slow': () => new Problem('busy', 'the database took too long', { headers: { 'retry-after': '5' } }),
  'read-only': () => new Problem('read-only', 'the database takes no writes', { headers: { 'retry-after': '60' } }),
  full: () => new Problem('storage-full', 'the disk of the database is full'),
}

/** The problem that stands for an error of storage or of a body's conversion; undefined for any other error. */
export function problemOf(error: unknown): Problem | undefined {
  const fault = faultOf(error)
  if (fault) return faults[fault](error)
  if (error instanceof UnreadableBody)
    return new Problem('unreadable', `body ${error.message}`, {
      errors: [{ in: 'body', pointer: '/body', code: 'unreadable', message: error.message }],
    })
  return undefined
}
