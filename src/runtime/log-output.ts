import { writeSync } from 'node:fs'

/** How much may wait for the reader of the log, in bytes; more is dropped. */
const MAX_PENDING = 4 * 1024 * 1024
/** How often writing is tried again while the reader does not read, in milliseconds. */
const RETRY = 100

/**
 * Writes lines to a file descriptor, the standard output if left out. It never waits and never throws: what the disk has
 * no room for is dropped, and so is what a reader of a pipe does not read in time. A line says how many were.
 */
export function logOutput(descriptor = 1): { write(line: string): void } {
  let pending: Buffer[] = []
  let size = 0
  let dropped = 0

  /** Writes as much as possible; gives what is left for later. */
  function tryWrite(bytes: Buffer): Buffer {
    try {
      return bytes.subarray(writeSync(descriptor, bytes))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return bytes
      dropped += 1
      return Buffer.alloc(0)
    }
  }

  function writePending(): void {
    const rest = tryWrite(Buffer.concat(pending))
    pending = rest.length > 0 ? [rest] : []
    size = rest.length
    if (size > 0) setTimeout(writePending, RETRY).unref()
  }

  function later(bytes: Buffer): void {
    if (size + bytes.length > MAX_PENDING) {
      dropped += 1
      return
    }
    if (size === 0) setTimeout(writePending, RETRY).unref()
    pending.push(bytes)
    size += bytes.length
  }

  function write(line: string): void {
    const bytes = Buffer.from(line)
    const lost = dropped
    const rest = size > 0 ? bytes : tryWrite(bytes)
    if (rest.length > 0) later(rest)
    if (rest.length > 0 || lost === 0 || dropped > lost) return
    dropped = 0
    write(`${JSON.stringify({ level: 40, time: Date.now(), msg: `${lost} lines of the log were lost` })}\n`)
  }
  return { write }
}
