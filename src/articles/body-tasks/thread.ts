/** What a thread of the pool of `pool.ts` runs. */
import { UnreadableBody } from '../../body/errors.ts'
import { type BodyTask, inlineTasks, type TaskOutcome } from './tasks.ts'

export default async function runTask({ name, args }: BodyTask): Promise<TaskOutcome> {
  try {
    const task = inlineTasks[name] as (...args: unknown[]) => unknown
    return { value: await task(...args) }
  } catch (error) {
    if (error instanceof UnreadableBody) return { unreadable: error.message }
    throw error
  }
}
