/** What a thread of the pool of `pool.ts` runs. */
import { UnreadableBody } from '../body/errors.ts'
import { Problem } from '../lib/problem.ts'
import { inlineTasks, type PackedTask, pack, type TaskOutcome, unpack } from './tasks.ts'

export default async function runTask({ name, args }: PackedTask): Promise<TaskOutcome> {
  try {
    const task = inlineTasks[name] as (...args: unknown[]) => unknown
    return { value: pack(await task(...args.map(unpack))) }
  } catch (error) {
    if (error instanceof UnreadableBody) return { unreadable: error.message }
    if (error instanceof Problem) return { problem: { type: error.type, message: error.message, errors: error.errors } }
    throw error
  }
}
