import { type Clock, timestamp } from '../lib/clock.ts'
import { type Caller, callerWithoutKey } from './roles.ts'

/** The context of a write, which the audit log and revisions store: who writes, when, and by which request. */
export interface WriteContext {
  caller: Caller
  /** The time of the write: RFC 3339, UTC, with milliseconds. */
  now: string
  /** Null for a write of the service itself. */
  requestId: string | null
}

/** The context of the writes of a request. */
export const writeContext = ({ caller, id }: { caller: Caller; id: string }, clock: Clock): WriteContext => ({
  caller,
  now: timestamp(clock),
  requestId: id,
})

/** The context of a write of the service itself, such as a scheduled release; `name` is stored as its author. */
export const serviceContext = (name: string, clock: Clock): WriteContext => ({
  caller: callerWithoutKey(name, name, 'admin'),
  now: timestamp(clock),
  requestId: null,
})
