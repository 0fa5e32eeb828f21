/** Deletes an entry after its articles have been made to refer to another: few at once, many by a job. */
import type { WriteContext } from '../access/write-context.ts'
import type { JobRunner } from '../jobs/runner.ts'
import { createJob, type JobRow, unfinishedJob } from '../jobs/store.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'
import type { EntryInput, EntryKind, EntryRow } from './entry.ts'
import { findEntry } from './store.ts'
import { articlesReferring, assertUnused, type DeletionOptions, deleteEntry, entryToDelete } from './trash.ts'

/** How many articles one transaction changes: it blocks all other writes. More are changed by a job. */
const BATCH_SIZE = 100

/** The articles that refer to entry `from` and are to refer to entry `to`. */
export interface Reassignment {
  noun: string
  from: string
  to: string
  articles: string[]
}

export interface ReplacementDeps {
  storage: Storage
  clock: Clock
  jobs: JobRunner
  /** Changes what articles refer to. */
  reassign: (tx: Writer, reassignment: Reassignment, context: WriteContext) => Promise<void>
}

/**
 * Deletes the entry `reference`, and replaces it by `reassignTo` in the articles that refer to it. If these are many, it
 * begins a job that does so, batch by batch, and returns the job. Throws `invalid-reference` if `reassignTo` names no other
 * entry that may replace it, `in-use` while an entry refers to it, and `conflict` while another such job runs.
 */
export async function replaceEntry<Row extends EntryRow, Input extends EntryInput>(
  { storage, clock, jobs, reassign }: ReplacementDeps,
  kind: EntryKind<Row, Input>,
  { reference, reassignTo, permanent, check }: DeletionOptions & { reference: string; reassignTo: string },
  context: WriteContext,
): Promise<JobRow | undefined> {
  const { noun } = kind
  let found = { from: reference, to: reassignTo }
  const present = () => ({ ...context, now: timestamp(clock) })

  /** Reassigns the articles, and returns the id of the other entry. */
  const reassignArticles = async (tx: Writer, row: Row, articles: string[]): Promise<string> => {
    const to = await successorOf(tx, kind, row, found.to)
    await reassign(tx, { noun, from: row.id, to, articles }, present())
    return to
  }
  const finish = (tx: Writer) =>
    deleteEntry<Row, Input>(
      tx,
      kind,
      found.from,
      {
        permanent,
        check: () => {},
        reassign: async (_, row) => reassignArticles(tx, row, await articlesReferring(tx, noun, row.id)),
      },
      present(),
    )

  const job = await storage.transaction(async (tx) => {
    const row = await entryToDelete(tx, kind, reference, { permanent, check })
    found = { from: row.id, to: await successorOf(tx, kind, row, reassignTo) }
    const articles = await articlesReferring(tx, noun, row.id)
    await assertUnused(tx, kind, row, articles)
    if (articles.length > BATCH_SIZE) return begin(tx, clock, context)
    await finish(tx)
    return undefined
  })
  if (job)
    void jobs.run(job.id, async ({ progress, signal }) => {
      const articles = await articlesReferring(storage.backgroundReader, noun, found.from)
      for (let done = 0; done < articles.length; done += BATCH_SIZE) {
        progress(done, articles.length)
        signal.throwIfAborted()
        await storage.transaction(async (tx) => {
          const row = await entryToDelete(tx, kind, found.from, { permanent, check: () => {} })
          await reassignArticles(tx, row, articles.slice(done, done + BATCH_SIZE))
        })
      }
      progress(articles.length, articles.length)
      // With the few articles that have come to refer to it meanwhile.
      await storage.transaction(finish)
      return { articles: articles.length }
    })
  return job
}

/** The id of the entry that replaces another. Throws `invalid-reference`. */
async function successorOf<Row extends EntryRow, Input extends EntryInput>(
  db: Reader,
  kind: EntryKind<Row, Input>,
  row: Row,
  reference: string,
): Promise<string> {
  const other = await findEntry<Row>(db, kind, reference)
  if (other && other.id !== row.id && kind.mayReplace?.(row, other) !== false) return other.id
  const message = `names no other ${kind.noun}: "${reference}"`
  const errors = [{ in: 'query' as const, pointer: '/reassignTo', code: 'invalid_reference', message }]
  throw new Problem('invalid-reference', `reassignTo ${message}`, { errors })
}

async function begin(tx: Writer, clock: Clock, context: WriteContext): Promise<JobRow> {
  const other = await unfinishedJob(tx, 'reassignment')
  if (other) throw new Problem('conflict', `articles are being reassigned: see /v1/jobs/${other.id}`)
  return createJob(tx, 'reassignment', clock, context)
}
