import { type WorkerProcess, workerProcess } from './worker-process.ts'

/**
 * Reads the whole database at `path` once, in a process of its own, and calls `onDamage` with the first fault. SQLite
 * itself notices a damaged page only when it needs that page, which can be months later.
 */
export const checkFile = (path: string, onDamage: (fault: string) => void): WorkerProcess =>
  workerProcess('file-check', [path], onDamage)
