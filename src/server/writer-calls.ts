/** The functions by which the thread that listens and the writer thread call each other. */
import type { MessagePort } from 'node:worker_threads'
import type { AddCounts } from '../lib/rate-windows.ts'
import type { ReadCounts } from '../metrics/registry.ts'
import type { StorageBroken } from '../storage/storage.ts'

/** Of the writer thread. */
export type WriterCalls = {
  /** Opens the database, and resolves when requests can be answered. */
  open(): Promise<void>
  /** Takes a connection of a client, as a `PortStream`. */
  connect(port: MessagePort, remoteAddress: string | undefined): void
  /** Begins with the background work. */
  lead(): void
  readCounts: ReadCounts
  /** Stops everything and closes the database. */
  stop(): Promise<void>
}

/** Of the thread that listens. */
export type ReaderCalls = {
  log(line: string): void
  /** Something was committed; resolves when what follows a commit is done. */
  committed(): Promise<void>
  failed(failure: Pick<StorageBroken, 'message' | 'mustStop'>): void
  addCounts: AddCounts
}
