/** What is done with whole articles, for one request or for a line of many: prepared outside, run in a transaction. */

import { type Caller, may } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import type { Warning } from '../body/block.ts'
import { readBody } from '../body/read.ts'
import { parseBody } from '../http/validation.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { Problem } from '../lib/problem.ts'
import type { Writer } from '../storage/storage.ts'
import type { Draft } from './draft.ts'
import { publish } from './lifecycle/publish.ts'
import { changedEdition, liveCopy, publishChange, unpublishedChanges } from './lifecycle/publish-change.ts'
import { notLive } from './lifecycle/transition.ts'
import { datesOf, type MayBackdate } from './publication-dates.ts'
import { addRevisionNote } from './revisions/store.ts'
import { type ArticlePatch, ArticleWithoutBody, type NewArticle } from './schemas.ts'
import { type ArticleRow, createArticle, findArticle, inputOf, saveArticle, workingCopyOf } from './store.ts'

/** What is ready to be done: nothing slow is left for the transaction. */
export interface ArticleCommand {
  run(tx: Writer, act: WriteContext): Promise<SavedArticle>
}

/** An article as it was saved, and what the writer should know of that. */
export interface SavedArticle {
  row: ArticleRow
  warnings: Warning[]
}

/** What goes live with a save: nothing, the whole working copy, or of it only what the save changes. */
export type PublishScope = 'nothing' | 'all' | 'changes'

/** What a `publish` parameter asks for. */
export const publishScope = { false: 'nothing', true: 'all', changes: 'changes' } as const satisfies Record<
  string,
  PublishScope
>

/** Makes an article; live at once if that is asked for. */
export async function createCommand(
  { body, note, publishedAt, updatedAt, ...input }: NewArticle,
  { isLive, mayBackdate }: { isLive: boolean; mayBackdate: MayBackdate },
): Promise<ArticleCommand> {
  const { blocks, warnings } = await readBody(body ?? [])
  const unborn = { publishedAt: null, updatedAt: null, liveSlug: null }
  return {
    async run(tx, act) {
      const dates = datesOf(unborn, { publishedAt, updatedAt }, { act, publishScope: isLive, mayBackdate })
      const made = await createArticle(tx, { input, body: blocks, dates }, act)
      await addRevisionNote(tx, made, note)
      return { row: isLive ? await publish(tx, made, act) : made, warnings }
    },
  }
}

interface Patching {
  publishScope: PublishScope
  mayBackdate: MayBackdate
  /** Throws unless the present version is the one that is meant. */
  check?: (currentVersion: number) => void
}

/** Patches a working copy (RFC 7396), and makes live what is asked for. */
export async function patchCommand(
  reference: string,
  { body, note, publishedAt, updatedAt, ...patch }: ArticlePatch,
  { publishScope: goesLive, mayBackdate, check = () => {} }: Patching,
): Promise<ArticleCommand> {
  const converted = body && (await readBody(body))
  const warnings = converted?.warnings ?? []
  const patched = new Set(Object.keys({ ...patch, ...(body && { body }), ...(publishedAt && { publishedAt }) }))
  return {
    async run(tx, act) {
      const before = await findArticle(tx, reference, act.caller)
      check(before.version)
      const input = parseBody(ArticleWithoutBody, mergePatch({ ...inputOf(before) }, patch))
      const dates = datesOf(
        before,
        { publishedAt, updatedAt },
        { act, publishScope: goesLive !== 'nothing', mayBackdate },
      )
      const draft = { input, body: converted?.blocks ?? before.content.body, dates }
      if (goesLive === 'changes') return { row: await patchBoth(tx, before, { draft, note, updatedAt }, act), warnings }
      const live = goesLive === 'all' ? await liveCopy(tx, before.id) : undefined
      const saved = await saveArticle(tx, before, draft, act)
      await addRevisionNote(tx, saved, note)
      if (goesLive === 'nothing') return { row: saved, warnings }
      const row = await publish(tx, saved, act, { updatedAt })
      return { row, warnings: [...warnings, ...(live ? alsoPublished(unpublishedChanges(live, before, patched)) : [])] }
    },
  }
}

/** Saves a draft, and makes the same change to the edition; earlier changes that are not live stay so. */
async function patchBoth(
  tx: Writer,
  before: ArticleRow,
  { draft, note, updatedAt }: { draft: Draft; note: ArticlePatch['note']; updatedAt: string | null | undefined },
  act: WriteContext,
): Promise<ArticleRow> {
  const from = await liveCopy(tx, before.id)
  if (!from) throw notLive(before, 'only a live article takes a change alone; publish it whole')
  const working = await workingCopyOf(tx, before, draft, act)
  const to = changedEdition(before, working, from)
  const row = await publishChange(tx, before, working, { from, to, updatedAt }, act)
  await addRevisionNote(tx, row, note)
  if (row.liveVersion !== null && row.liveVersion > before.version && row.liveVersion < row.version)
    await addRevisionNote(tx, { id: row.id, version: row.liveVersion }, note)
  return row
}

/** Tells that a save has published more than it changed. */
function alsoPublished(pointers: string[]): Warning[] {
  if (pointers.length === 0) return []
  const message = `earlier changes went live with it: ${pointers.join(', ')}`
  return [{ code: 'earlier-changes-published', message, pointers }]
}
/** Throws `forbidden` unless the caller may publish. */
export function requirePublisher(caller: Caller): void {
  if (!may(caller, 'content:write')) throw new Problem('forbidden', `a key of the role ${caller.role} may not publish`)
}
