/** How many bytes of buffers may wait to be freed. */
const LIMIT = 4_000_000

/**
 * Gives a function to be called with each buffer of a socket or a file that is no longer needed; after every 4 MB of them
 * it calls `collect`, which is V8's garbage collection if left out, and undefined where `--expose-gc` is not set. V8 frees
 * buffers when it collects its young generation, of which it knows only the objects: without this 32 MB accumulate first.
 */
export function bufferRelease(collect: typeof globalThis.gc = globalThis.gc): (buffer: Buffer) => void {
  let released = 0
  return ({ length }) => {
    released += length
    if (released < LIMIT) return
    released = 0
    collect?.({ type: 'minor', execution: 'sync' })
  }
}
