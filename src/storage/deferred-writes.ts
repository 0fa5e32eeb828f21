/**
 * Writes that a transaction leaves to its end, after all savepoints. At each savepoint FTS5 writes what it has collected
 * as a segment of its own (https://sqlite.org/fts5.html, section 4.1), and later merges the segments: for one article
 * that costs more than all its other rows do.
 */
import type { Writer } from './storage.ts'

/** Writes that wait, in their order. */
export type DeferredWrites = (() => Promise<unknown>)[]

/** The property of a connection under which its deferred writes are stored. */
const deferredOf = Symbol('deferred writes')

/** Makes `writeLast` defer writes on this connection; gives the list, which its owner runs before each commit. */
export function deferWrites(tx: Writer): DeferredWrites {
  const deferred: DeferredWrites = []
  Object.assign(tx, { [deferredOf]: deferred })
  return deferred
}

/** Runs the write at the end of the transaction where its connection defers writes, otherwise at once. */
export async function writeLast(tx: Writer, write: () => Promise<unknown>): Promise<void> {
  const deferred = (tx as { [deferredOf]?: DeferredWrites })[deferredOf]
  if (deferred) deferred.push(write)
  else await write()
}
