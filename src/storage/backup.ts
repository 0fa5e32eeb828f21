/** Copying an SQLite database while it is written to. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { createPrivateFile } from './sqlite-file.ts'
import { StorageUnusable } from './storage.ts'
import { workerProcess } from './worker-process.ts'

/** What a copy has: its size in bytes, and the number of the last change in it. */
export interface CopyReport {
  bytes: number
  change: number
}

/** What the process that copies reports. */
export type CopyMessage = { done: number; total: number } | { finished: { change: number } } | { failure: string }

interface CopyOptions {
  /** Called with the number of pages that are copied, and of all. */
  onProgress?: (done: number, total: number) => void
  /** Ends the copying early; what was copied is removed. */
  signal?: AbortSignal
}

/** The name that a copy has until it is verified. */
export const partialName = (target: string): string => `${target}.partial`

/**
 * Copies the SQLite database `source` to the new file `target`, in a process of its own: everything that was committed when it began,
 * whatever is written meanwhile. The copy is verified and on the disk before it gets its name. Throws `StorageUnusable`,
 * and leaves nothing behind, if there is a `target` already, if the disk is full, or if the copy is damaged.
 */
export async function copyDatabase(source: string, target: string, options: CopyOptions = {}): Promise<CopyReport> {
  if (existsSync(target)) throw new StorageUnusable(`the file ${target} exists already`)
  const folder = dirname(target)
  if (!existsSync(folder)) throw new StorageUnusable(`there is no folder ${folder}`)
  const copy = partialName(target)
  removeCopy(copy)
  try {
    createPrivateFile(copy)
    const { change } = await runProcess(source, copy, options)
    renameSync(copy, target)
    syncFolder(folder)
    return { bytes: statSync(target).size, change }
  } catch (error) {
    removeCopy(copy)
    throw error
  }
}

function removeCopy(copy: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
}

async function runProcess(
  source: string,
  copy: string,
  { onProgress, signal }: CopyOptions,
): Promise<{ change: number }> {
  let result: { change: number } | undefined
  let failure = 'its process has ended early'
  const { ended, kill } = workerProcess<CopyMessage>('backup', [source, copy], (message) => {
    if ('finished' in message) result = message.finished
    else if ('failure' in message) failure = message.failure
    else onProgress?.(message.done, message.total)
  })
  const abort = () => {
    failure = 'it was stopped'
    void kill()
  }
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  await ended
  signal?.removeEventListener('abort', abort)
  if (!result) throw new StorageUnusable(`${source} could not be copied: ${failure}`)
  return result
}

/** Waits until the disk has the names of the files in a folder. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
