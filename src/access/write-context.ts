import { type Clock, timestamp } from '../lib/clock.ts'
import { type Caller, callerWithoutKey } from './roles.ts'

/** Who does something, when, and by which request: what every write is given, and what is kept on record of it. */
export interface WriteContext {
  caller: Caller
  now: string
  /** Null for what the service does by itself. */
  requestId: string | null
}

/** The act of a request. */
export const writeContext = ({ caller, id }: { caller: Caller; id: string }, clock: Clock): WriteContext => ({
  caller,
  now: timestamp(clock),
  requestId: id,
})

/** What the service does by itself, in somebody's stead. */
export const serviceContext = (name: string, clock: Clock): WriteContext => ({
  caller: callerWithoutKey(name, name, 'admin'),
  now: timestamp(clock),
  requestId: null,
})
