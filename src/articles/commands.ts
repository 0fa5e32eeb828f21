/**
 * Commands on whole articles, for a single request or a line of a bulk request. What is slow, such as the conversion of
 * a body, is done when a command is created; `run` does the rest in a transaction.
 */

import { type Caller, may } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import type { Warning } from '../body/block.ts'
import type { BodyTasks } from '../body-tasks/tasks.ts'
import { parseBody } from '../http/validation.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { Problem } from '../lib/problem.ts'
import type { Writer } from '../storage/storage.ts'
import type { Draft } from './draft.ts'
import { withHiddenLinks } from './hidden-links.ts'
import { withInheritedWords } from './inherited-words.ts'
import { createLive, publish } from './lifecycle/publish.ts'
import { changedEdition, liveCopy, publishChange, unpublishedChanges } from './lifecycle/publish-change.ts'
import { notLive } from './lifecycle/state.ts'
import { datesOf, type MayBackdate } from './publication-dates.ts'
import { type ArticlePatch, ArticleWithoutBody, type NewArticle } from './schemas.ts'
import {
  type ArticleRow,
  createArticle,
  findArticle,
  inputOf,
  type SavedArticle,
  saveArticle,
  workingCopyOf,
} from './store.ts'

/** A command that is ready to run in a transaction. */
export interface ArticleCommand {
  run(tx: Writer, context: WriteContext): Promise<CommandResult>
}

/** An article after a command, and warnings for the caller. */
export interface CommandResult extends SavedArticle {
  warnings: Warning[]
}

/** What a save publishes: nothing, the whole working copy, or only what the save changes. */
export type PublishScope = 'nothing' | 'all' | 'changes'

/** The scope by the value of a `publish` parameter. */
export const publishScope = { false: 'nothing', true: 'all', changes: 'changes' } as const satisfies Record<
  string,
  PublishScope
>

interface CommandOptions {
  mayBackdate: MayBackdate
  /** Converts the body of the request. */
  readBody: BodyTasks['readBody']
}

/** Creates an article, and publishes it if `isLive`. */
export async function createCommand(
  { body, note, publishedAt, updatedAt, ...input }: NewArticle,
  { isLive, mayBackdate, readBody }: CommandOptions & { isLive: boolean },
): Promise<ArticleCommand> {
  const { blocks, warnings } = await readBody(body ?? [])
  const noDates = { publishedAt: null, updatedAt: null, liveSlug: null }
  return {
    async run(tx, context) {
      const dates = datesOf(noDates, { publishedAt, updatedAt }, { context, isPublished: isLive, mayBackdate })
      const draft = { input, body: blocks, dates }
      if (isLive) return { ...(await createLive(tx, draft, context, note)), warnings }
      return { row: await createArticle(tx, draft, context, note), warnings }
    },
  }
}

interface PatchOptions extends CommandOptions {
  publishScope: PublishScope
  /** Throws unless the current version is the one that the caller has read. */
  check?: (currentVersion: number) => void
}

/** Applies a merge patch (RFC 7396) to the working copy, and publishes by the scope. */
export async function patchCommand(
  reference: string,
  { body, note, publishedAt, updatedAt, ...patch }: ArticlePatch,
  { publishScope: scope, mayBackdate, readBody, check = () => {} }: PatchOptions,
): Promise<ArticleCommand> {
  const converted = body === undefined ? undefined : await readBody(body ?? [])
  const warnings = converted?.warnings ?? []
  const patched = new Set(Object.keys({ ...patch, ...(converted && { body }), ...(publishedAt && { publishedAt }) }))
  return {
    async run(tx, context) {
      const before = await findArticle(tx, reference, context.caller)
      check(before.version)
      const sent = { patch, body: converted?.blocks, isConverted: !Array.isArray(body) }
      const own = await withInheritedWords(tx, before, sent, context.caller)
      const whole = await withHiddenLinks(tx, before, own.patch, context.caller)
      const input = parseBody(ArticleWithoutBody, mergePatch(patchable(before, patch), withImageName(whole)))
      const isPublished = scope !== 'nothing'
      const dates = datesOf(before, { publishedAt, updatedAt }, { context, isPublished, mayBackdate })
      const draft = { input, body: own.body ?? before.content.body, dates }
      if (scope === 'changes')
        return { ...(await patchBoth(tx, before, { draft, note, updatedAt }, context)), warnings }
      const live = scope === 'all' ? await liveCopy(tx, before.id) : undefined
      const saved = await saveArticle(tx, before, draft, context, note)
      if (scope === 'nothing') return { row: saved, warnings }
      const published = await publish(tx, saved, context, { updatedAt })
      const earlier = live ? unpublishedChanges(live, before, patched) : []
      return { ...published, warnings: [...warnings, ...alsoPublished(earlier)] }
    },
  }
}

/** The patch, with its lead image named by `media`, and without what is not read of it. */
function withImageName<T extends Pick<ArticlePatch, 'image'>>(patch: T): T {
  if (!patch.image) return patch
  const { id, media = id, alt, caption, credit, crop } = patch.image
  const members = Object.entries({ media, ...(id !== media && { id }), alt, caption, credit, crop })
  return { ...patch, image: Object.fromEntries(members.filter(([, member]) => member !== undefined)) }
}

/** The article that a patch is merged into. Another lead image begins anew: the words of the one before do not fit it. */
function patchable(before: ArticleRow, { image }: Pick<ArticlePatch, 'image'>): Record<string, unknown> {
  const { image: present, ...input } = inputOf(before)
  const named = image?.media ?? image?.id
  const isOther = named !== undefined && named !== present?.media
  return isOther ? input : { ...input, image: present }
}

/** Saves a draft, and makes the same change to the edition; earlier unpublished changes stay unpublished. */
async function patchBoth(
  tx: Writer,
  before: ArticleRow,
  { draft, note, updatedAt }: { draft: Draft; note: ArticlePatch['note']; updatedAt: string | null | undefined },
  context: WriteContext,
): Promise<SavedArticle> {
  const from = await liveCopy(tx, before.id)
  if (!from) throw notLive(before, 'only a live article takes a change alone; publish it whole')
  const working = await workingCopyOf(tx, before, draft, context)
  const to = await changedEdition(before, working, from)
  return publishChange(tx, before, working, { from, to, updatedAt, note }, context)
}

/** The warning that a save has published more than it changed. */
function alsoPublished(pointers: string[]): Warning[] {
  if (pointers.length === 0) return []
  const message = `earlier changes went live with it: ${pointers.join(', ')}`
  return [{ code: 'earlier-changes-published', message, pointers }]
}

/** Throws `forbidden` unless the caller may publish. */
export function requirePublisher(caller: Caller): void {
  if (!may(caller, 'content:write')) throw new Problem('forbidden', `a key of the role ${caller.role} may not publish`)
}
