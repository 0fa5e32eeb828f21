import { fstatSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Writable } from 'node:stream'

/** How many bytes of lines are buffered while nobody reads them. */
const MAX_BUFFERED = 1024 * 1024

/** Takes the lines of a log. */
export interface LogOutput {
  write(line: string): void
}

/**
 * The standard output, as one that the service never waits for and never fails by: lines are dropped while nobody reads
 * the pipe, or while the disk is full. Once lines can be written again, one says how many were dropped.
 */
export function standardOutput(): LogOutput {
  const type = fstatSync(1)
  return type.isFIFO() || type.isSocket() ? streamOutput(process.stdout) : fileOutput(1)
}

/** The output to a stream that buffers what is not read, as pipes do. */
export function streamOutput(stream: Writable): LogOutput {
  let dropped = 0
  const report = () => {
    stream.write(reportOf(dropped))
    dropped = 0
  }
  // The reader has gone: what is written from now on goes nowhere.
  stream.on('error', () => {})
  return {
    write(line) {
      if (stream.writableLength < MAX_BUFFERED && dropped === 0) stream.write(line)
      else {
        if (dropped === 0) stream.once('drain', report)
        dropped += 1
      }
    },
  }
}

/** The output to a file. */
export function fileOutput(fd: number): LogOutput {
  let dropped = 0
  /** Whether only a part of the last line was written. */
  let isTorn = false

  function writeAll(text: string): void {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; isTorn = at < bytes.length) at += writeSync(fd, bytes, at)
  }

  return {
    write(line) {
      try {
        if (isTorn) writeAll('\n')
        if (dropped > 0) writeAll(reportOf(dropped))
        dropped = 0
        writeAll(line)
      } catch {
        dropped += 1
      }
    },
  }
}

/** A line as the log has them, at the level of warnings. */
const reportOf = (dropped: number): string =>
  `${JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, hostname: hostname(), dropped, msg: 'lines of the log were dropped' })}\n`
