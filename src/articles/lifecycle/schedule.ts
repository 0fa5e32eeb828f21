/** Scheduling: when the working copy is published by itself, and cancelling that. */
import type { WriteContext } from '../../access/write-context.ts'
import { Problem } from '../../lib/problem.ts'
import type { Writer } from '../../storage/storage.ts'
import type { ArticleRow } from '../store.ts'
import { embargoOf } from './embargo.ts'
import { prepareRelease } from './publish.ts'
import { saveTransition, stateOf } from './state.ts'
import { statusAfter } from './workflow.ts'

/** When an article is to be published: at a time, and not before an embargo has ended. */
export interface Release {
  at?: string | undefined
  /** Null ends the embargo that the article has; left out, it stays. */
  embargoUntil?: string | null | undefined
}

/**
 * Schedules the publication of the working copy. Throws `validation` for a time that is not in the future or is before
 * the end of the embargo, `conflict` as publishing does.
 */
export async function schedule(
  tx: Writer,
  article: ArticleRow,
  { at, embargoUntil }: Release,
  context: WriteContext,
): Promise<ArticleRow> {
  const { now } = context
  const embargo = embargoUntil === undefined ? embargoOf(article, now) : embargoUntil
  const publishAt = at ?? embargo ?? now
  if (at !== undefined && at <= now) throw wrongTime('at', 'must be in the future')
  if (embargo !== null && embargo <= now) throw wrongTime('embargoUntil', 'must be in the future')
  if (embargo !== null && embargo > publishAt) {
    if (embargoUntil === undefined) throw wrongTime('at', `must not be before the embargo ends, at ${embargo}`)
    throw wrongTime('embargoUntil', 'must not be after the time of publication')
  }
  const status = statusAfter(stateOf(article), 'schedule')
  const settled = await prepareRelease(tx, article, context)
  return saveTransition(tx, context, 'schedule', settled, { status, publishAt, embargoUntil: embargo })
}

function wrongTime(name: string, message: string): Problem {
  const errors = [{ in: 'body' as const, pointer: `/${name}`, code: 'wrong_time', message }]
  return new Problem('validation', `${name} ${message}`, { errors })
}

/** Cancels a scheduled publication; a live edition stays live. */
export function unschedule(tx: Writer, article: ArticleRow, context: WriteContext): Promise<ArticleRow> {
  const status = statusAfter(stateOf(article), 'unschedule')
  return saveTransition(tx, context, 'unschedule', article, { status, publishAt: null, embargoUntil: null })
}
