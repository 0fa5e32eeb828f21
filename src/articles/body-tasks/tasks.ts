/** Work on bodies whose time grows with what a client has sent. */
import type { Caller } from '../../access/roles.ts'
import { readBody } from '../../body/read.ts'
import { bodyChanges } from '../revisions/diff.ts'

/** The tasks. Wherever they run, their results come later. */
export interface BodyTasks {
  readBody: typeof readBody
  bodyChanges(...bodies: Parameters<typeof bodyChanges>): Promise<ReturnType<typeof bodyChanges>>
}

/** Runs the tasks on the event loop: for tests and commands, and for small bodies. */
export const inlineTasks: BodyTasks = { readBody, bodyChanges: async (...bodies) => bodyChanges(...bodies) }

/** One of the tasks with its arguments. */
export type BodyTask = { [N in keyof BodyTasks]: { name: N; args: Parameters<BodyTasks[N]> } }[keyof BodyTasks]

/** The result in a form that can be sent between threads: an error would lose its class. */
export type TaskOutcome = { value: unknown } | { unreadable: string }

/** Gives the tasks for a caller: callers take turns where others wait. */
export type BodyTasksOf = (caller: Pick<Caller, 'id' | 'role'>) => BodyTasks
