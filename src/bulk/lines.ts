/** Splits a stream of bytes into lines, and groups lines, without buffering more than one group. */
import { setTimeout as pause, setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { Problem } from '../lib/problem.ts'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** A line without its line break, numbered from 1; without bytes if it was too long. */
export interface Line {
  number: number
  bytes: Buffer | undefined
}

/** After how many lines other requests run: those that are not empty run between any two. */
const LINES_AT_ONCE = 1_000

/** The lines of a stream. Empty lines are numbered and left out. */
export async function* linesOf(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  const buffer = new LineBuffer(maxBytes)
  let number = 0
  for await (const chunk of source) {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      number += 1
      // Empty lines are passed over without a wait: other requests run in between.
      if (number % LINES_AT_ONCE === 0) await yieldToEventLoop()
      const bytes = buffer.finish(chunk.subarray(from, end))
      if (bytes?.length !== 0) yield { number, bytes }
      from = end + 1
    }
    buffer.add(chunk.subarray(from))
  }
  const bytes = buffer.finish(Buffer.alloc(0))
  if (bytes?.length !== 0) yield { number: number + 1, bytes }
}

/** Buffers an incomplete line. Its capacity is doubled as needed, so that many small chunks are copied in linear time. */
class LineBuffer {
  readonly #maxBytes: number
  #bytes = Buffer.alloc(0)
  /** The length of the line so far, even if it is too long to be buffered. */
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(chunk: Buffer): void {
    const before = this.#length
    this.#length += chunk.length
    // One byte more than the limit, for a carriage return that belongs to the line break.
    if (this.#length > this.#maxBytes + 1) this.#bytes = Buffer.alloc(0)
    else {
      if (this.#length > this.#bytes.length) {
        const larger = Buffer.alloc(Math.min(this.#maxBytes + 1, Math.max(this.#length, 2 * this.#bytes.length)))
        this.#bytes.copy(larger, 0, 0, before)
        this.#bytes = larger
      }
      chunk.copy(this.#bytes, before)
    }
  }

  /** The whole line, given its last chunk; undefined if it is too long. */
  finish(last: Buffer): Buffer | undefined {
    let line = last
    // A line within one chunk is not copied.
    if (this.#length > 0) {
      this.add(last)
      line = this.#bytes.subarray(0, this.#length)
    }
    const length = Math.max(line.length, this.#length)
    this.#bytes = Buffer.alloc(0)
    this.#length = 0
    const lineBreak = line.at(-1) === CARRIAGE_RETURN ? 1 : 0
    return length - lineBreak > this.#maxBytes ? undefined : line.subarray(0, length - lineBreak)
  }
}

/** The same bytes; throws `too-large` as soon as there are more. */
export async function* limited(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > maxBytes) throw new Problem('too-large', `the body is larger than ${maxBytes} bytes`)
    yield chunk
  }
}

/** The most lines of a group, and about the most bytes. */
const GROUP_LINES = 64
const GROUP_BYTES = 1024 * 1024
/** How long a group waits for more lines, in milliseconds: the client may wait for results before it sends more. */
const GROUP_TIMEOUT = 10

/** Groups lines: full groups while lines arrive fast, otherwise what has arrived before the timeout. */
export async function* groupsOf(lines: AsyncGenerator<Line>): AsyncGenerator<Line[]> {
  let next = requestNext(lines)
  for (let first = await next; !first.done; first = await next) {
    const group = [first.value]
    let bytes = first.value.bytes?.length ?? 0
    next = requestNext(lines)
    const timeout = pause(GROUP_TIMEOUT, undefined, { ref: false })
    while (group.length < GROUP_LINES && bytes < GROUP_BYTES) {
      const result = await Promise.race([next, timeout])
      if (!result || result.done) break
      group.push(result.value)
      bytes += result.value.bytes?.length ?? 0
      next = requestNext(lines)
    }
    yield group
  }
}

/** Requests the next line, before it is needed. A rejection meanwhile must not count as unhandled. */
function requestNext(lines: AsyncGenerator<Line>): Promise<IteratorResult<Line>> {
  const next = lines.next()
  next.catch(() => {})
  return next
}
