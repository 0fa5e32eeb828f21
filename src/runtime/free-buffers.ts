/** How many bytes of buffers may wait to be freed. */
const LIMIT = 4_000_000

let received = 0

/**
 * Says that a buffer of a socket or a file is no longer needed. V8 frees buffers when it collects its young generation, of
 * which it knows only the objects: without this 32 MB accumulate first. Does nothing where `--expose-gc` is not set.
 */
export function freeBuffer({ length }: Buffer): void {
  received += length
  if (received < LIMIT) return
  received = 0
  globalThis.gc?.({ type: 'minor', execution: 'sync' })
}
