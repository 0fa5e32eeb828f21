/** For the main file of a worker process. */
import { setPriority } from 'node:os'

/** The lowest priority: requests go first. */
const LOWEST = 19

/** Lets requests go first, and ends this process when the one that started it has ended. */
export function followParent(): void {
  setPriority(LOWEST)
  process.once('disconnect', () => process.exit())
}

/** Sends a message to the process that started this one. */
export const sendToParent = (message: unknown): void => void process.send?.(message)
