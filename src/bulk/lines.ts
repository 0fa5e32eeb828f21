/** A stream of bytes as lines, and as groups of lines, of which only what is at hand is held in memory. */
import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../lib/problem.ts'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** A line without its end, counted from 1; no bytes where it was longer than is taken. */
export interface Line {
  number: number
  bytes: Buffer | undefined
}

/** The lines of a stream. Empty ones are counted and left out. */
export async function* linesOf(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  const begun = new Begun(maxBytes)
  let number = 0
  for await (const chunk of source) {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      number += 1
      const bytes = begun.finish(chunk.subarray(from, end))
      if (bytes?.length !== 0) yield { number, bytes }
      from = end + 1
    }
    begun.add(chunk.subarray(from))
  }
  const bytes = begun.finish(Buffer.alloc(0))
  if (bytes?.length !== 0) yield { number: number + 1, bytes }
}

/** A line of which the end has not come. It grows by doubling: a line that comes byte by byte costs no more. */
class Begun {
  readonly #maxBytes: number
  #room = Buffer.alloc(0)
  /** How long the line is so far, kept or not. */
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(piece: Buffer): void {
    const before = this.#length
    this.#length += piece.length
    // A carriage return before the line's end does not count.
    if (this.#length > this.#maxBytes + 1) this.#room = Buffer.alloc(0)
    else {
      if (this.#length > this.#room.length) {
        const room = Buffer.alloc(Math.min(this.#maxBytes + 1, Math.max(this.#length, 2 * this.#room.length)))
        this.#room.copy(room, 0, 0, before)
        this.#room = room
      }
      piece.copy(this.#room, before)
    }
  }

  /** The whole line with its last piece; undefined if it is too long. */
  finish(last: Buffer): Buffer | undefined {
    let line = last
    // A line that came whole is not copied.
    if (this.#length > 0) {
      this.add(last)
      line = this.#room.subarray(0, this.#length)
    }
    const length = Math.max(line.length, this.#length)
    this.#room = Buffer.alloc(0)
    this.#length = 0
    const end = line.at(-1) === CARRIAGE_RETURN ? 1 : 0
    return length - end > this.#maxBytes ? undefined : line.subarray(0, length - end)
  }
}

/** The same bytes; throws `too-large` when there are more. */
export async function* limited(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > maxBytes) throw new Problem('too-large', `the body is larger than ${maxBytes} bytes`)
    yield chunk
  }
}

/** How many lines, and about how many bytes, are in a group at most. */
const GROUP_LINES = 64
const GROUP_BYTES = 1024 * 1024
/** How long a group waits for more lines, in milliseconds: a sender may want an answer before it goes on. */
const PATIENCE = 10

/** The lines in groups: full ones while they come fast, and whatever has come when they do not. */
export async function* groupsOf(lines: AsyncGenerator<Line>): AsyncGenerator<Line[]> {
  let next = awaited(lines)
  for (let first = await next; !first.done; first = await next) {
    const group = [first.value]
    let bytes = first.value.bytes?.length ?? 0
    next = awaited(lines)
    const late = pause(PATIENCE, undefined, { ref: false })
    while (group.length < GROUP_LINES && bytes < GROUP_BYTES) {
      const result = await Promise.race([next, late])
      if (!result || result.done) break
      group.push(result.value)
      bytes += result.value.bytes?.length ?? 0
      next = awaited(lines)
    }
    yield group
  }
}

/** The next line. It is asked for before it is needed, so its failure may come while nobody waits for it yet. */
function awaited(lines: AsyncGenerator<Line>): Promise<IteratorResult<Line>> {
  const next = lines.next()
  next.catch(() => {})
  return next
}
