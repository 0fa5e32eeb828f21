import { type Clock, timestamp } from './clock.ts'
import { type Caller, keyless } from './roles.ts'

/** Who does something, when, and by which request: what every write is given, and what is kept on record of it. */
export interface Act {
  caller: Caller
  now: string
  /** Null for what the service does by itself. */
  requestId: string | null
}

/** The act of a request. */
export const actOf = ({ caller, id }: { caller: Caller; id: string }, clock: Clock): Act => ({
  caller,
  now: timestamp(clock),
  requestId: id,
})

/** What the service does by itself, in somebody's stead. */
export const ownAct = (name: string, clock: Clock): Act => ({
  caller: keyless(name, name, 'admin'),
  now: timestamp(clock),
  requestId: null,
})
