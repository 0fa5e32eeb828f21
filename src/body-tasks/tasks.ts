/** Work on bodies whose time grows with what a client has sent. */
import type { Caller } from '../access/roles.ts'
import type { Block } from '../body/block.ts'
import { bodyChanges } from '../body/body-changes.ts'
import type { MediaAddresses } from '../body/own-media.ts'
import { readBody } from '../body/read.ts'
import { toHtml } from '../body/to-html.ts'
import { toText } from '../body/to-text.ts'
import { projectJson } from '../editions/projection.ts'
import { parseJson } from '../http/json-body.ts'
import type { Problem } from '../lib/problem.ts'

/** A function that validates what a request has: threads share no functions, so it is named by the module that exports it. */
export interface RequestReader {
  module: string
  name: string
}

/** The tasks. Wherever they run, their results come later. */
export interface BodyTasks {
  /** Parses JSON, and validates it. Throws the problems of both. */
  readRequest(json: Uint8Array, reader: RequestReader): Promise<object>
  readBody: typeof readBody
  bodyChanges(...bodies: Parameters<typeof bodyChanges>): Promise<ReturnType<typeof bodyChanges>>
  projectJson(...article: Parameters<typeof projectJson>): Promise<string>
  /** Renders bodies as HTML; `base` is the address of the page that shows it. */
  renderHtml(bodies: { blocks: Block[]; base: string }[]): Promise<string[]>
  /** Renders a body as plain text. */
  renderText(blocks: Block[]): Promise<string>
}

/** Runs the tasks on the event loop: for tests and commands, and for small bodies. */
export const inlineTasks: BodyTasks = {
  readRequest: async ({ buffer, byteOffset, byteLength }, { module, name }) =>
    (await import(module))[name](parseJson(Buffer.from(buffer, byteOffset, byteLength))),
  readBody,
  bodyChanges: async (...bodies) => bodyChanges(...bodies),
  projectJson: async (...article) => projectJson(...article),
  renderHtml: async (bodies) => bodies.map(({ blocks, base }) => toHtml(blocks, base)),
  renderText: async (blocks) => toText(blocks),
}

/** One of the tasks with its arguments. */
export type BodyTask = { [N in keyof BodyTasks]: { name: N; args: Parameters<BodyTasks[N]> } }[keyof BodyTasks]

/** Gives the tasks for a caller: callers take turns where others wait. */
export type BodyTasksOf = (caller: Pick<Caller, 'id' | 'role'>) => BodyTasks

/** The same for a service that writes addresses of its media like this: bodies that are read may have them. */
export const withOwnMedia =
  (tasksOf: BodyTasksOf, own: MediaAddresses): BodyTasksOf =>
  (caller) => {
    const tasks = tasksOf(caller)
    return { ...tasks, readBody: (body) => tasks.readBody(body, own) }
  }

/** A value as threads send it to each other: text takes them less time than the many objects of a body. */
export type Packed = { text: string } | { json: string } | { bytes: Uint8Array }

export function pack(value: unknown): Packed {
  if (value instanceof Uint8Array) return { bytes: value }
  return typeof value === 'string' ? { text: value } : { json: JSON.stringify(value) }
}
export function unpack(packed: Packed): unknown {
  if ('bytes' in packed) return packed.bytes
  return 'text' in packed ? packed.text : JSON.parse(packed.json)
}

/** A task on its way to a thread. */
export interface PackedTask {
  name: keyof BodyTasks
  args: Packed[]
}

/** The result on its way back: an error would lose its class. */
export type TaskOutcome =
  | { value: Packed }
  | { unreadable: string }
  | { problem: Pick<Problem, 'type' | 'message' | 'errors'> }
