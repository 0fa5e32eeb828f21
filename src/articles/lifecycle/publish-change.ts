/** A change made to both copies of a live article: its edition and its working copy, which may be ahead of it. */
import { isDeepStrictEqual } from 'node:util'
import { eq } from 'drizzle-orm'
import { actorOf } from '../../access/roles.ts'
import type { WriteContext } from '../../access/write-context.ts'
import { toText } from '../../body/to-text.ts'
import { countWords } from '../../body/word-count.ts'
import type { Content } from '../../editions/content.ts'
import { Problem } from '../../lib/problem.ts'
import { threeWayMerge } from '../../lib/three-way-merge.ts'
import { editions } from '../../storage/schema.ts'
import type { Reader, Writer } from '../../storage/storage.ts'
import { insertRevision } from '../revisions/store.ts'
import { type ArticleRow, saveIfChanged, saveRevision, type WorkingCopy } from '../store.ts'
import { type Copy, publish } from './publish.ts'

/** What the world reads of an article; undefined while it is not live. */
export async function liveCopy(db: Reader, article: string): Promise<Copy | undefined> {
  const { slug, version, publishedAt, content } = editions
  const [edition] = await db
    .select({ slug, version, publishedAt, content })
    .from(editions)
    .where(eq(editions.article, article))
  return edition && { ...edition, content: edition.content as Content }
}

/** What an edition is to say, in the place of what it says. */
export interface EditionChange {
  from: Copy
  to: Omit<Copy, 'version'>
  /** The time it bears as updated; now if left out. */
  updatedAt?: string | null | undefined
}

/**
 * Saves the working copy as it is to be, and makes live what the edition is to say. Where the two differ, what goes live
 * is a revision of its own before that of the working copy, so that each number stands for one text. What is scheduled
 * stays so.
 */
export async function publishChange(
  tx: Writer,
  before: ArticleRow,
  working: WorkingCopy,
  { from, to, updatedAt }: EditionChange,
  act: WriteContext,
): Promise<ArticleRow> {
  if (isSame(from, to)) return saveIfChanged(tx, before, working, act)
  const version = before.version + 1
  if (isSame(to, working)) {
    const saved = await saveRevision(tx, before, working, act)
    return publish(tx, saved, act, { updatedAt, copy: { ...to, version } })
  }
  const revision = { article: before.id, number: version, at: act.now, note: null, actor: actorOf(act.caller) }
  await insertRevision(tx, { ...revision, content: to.content })
  const saved = await saveRevision(tx, { ...before, version }, working, act)
  return publish(tx, saved, act, { updatedAt, copy: { ...to, version } })
}

const isSame = (a: EditionChange['to'], b: EditionChange['to']): boolean => isDeepStrictEqual(said(a), said(b))

/** What is compared of two copies. The number of words follows from the body. */
const said = ({ slug, publishedAt, content }: EditionChange['to']) => ({
  slug,
  publishedAt,
  content: { ...content, wordCount: 0 },
})

/**
 * What the edition would say with the change that makes the working copy what it is to be. Throws `conflict` where that
 * meets an earlier change that is not live.
 */
export function changedEdition(before: ArticleRow, working: WorkingCopy, live: Copy): EditionChange['to'] {
  const { value, conflicts } = threeWayMerge(said(before), said(working), said(live))
  if (conflicts.length > 0) throw conflictAt(conflicts.map((pointer) => pointer.replace(/^\/content/, '')))
  const { content } = value
  return { ...value, content: { ...content, wordCount: countWords(toText(content.body), content.language) } }
}

function conflictAt(pointers: string[]): Problem {
  const message = 'has earlier changes that are not live: publish them too, or take them back'
  const errors = pointers.map((pointer) => ({ in: 'body' as const, pointer, code: 'conflict', message }))
  return new Problem('conflict', `${pointers.join(', ')} ${message}`, { errors })
}

/** Pointers to what differs between the edition and a working copy, but for what a patch names itself. */
export function unpublishedChanges(live: Copy, before: ArticleRow, patched: ReadonlySet<string>): string[] {
  const [was, is] = [membersOf(live), membersOf(before)]
  const changed = [...was.keys()].filter((name) => !isDeepStrictEqual(was.get(name), is.get(name)))
  return changed.filter((name) => !patched.has(name)).map((name) => `/${name}`)
}

function membersOf(copy: EditionChange['to']): Map<string, unknown> {
  const { slug, publishedAt, content } = copy
  const { wordCount: _, ...members } = content
  return new Map<string, unknown>(Object.entries({ slug, publishedAt, ...members }))
}
