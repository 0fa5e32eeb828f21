/** Changes to both copies of a live article: its edition, and its working copy, which may have unpublished changes. */
import { isDeepStrictEqual } from 'node:util'
import { eq } from 'drizzle-orm'
import { actorOf } from '../../access/roles.ts'
import type { WriteContext } from '../../access/write-context.ts'
import { wordsOfBody } from '../../body/word-count.ts'
import { type Content, editableContent, type StoredImage } from '../../editions/content.ts'
import { Problem } from '../../lib/problem.ts'
import { inSlices } from '../../lib/slices.ts'
import { threeWayMerge } from '../../lib/three-way-merge.ts'
import { editions } from '../../storage/schema.ts'
import type { Reader, Writer } from '../../storage/storage.ts'
import { insertRevision } from '../revisions/store.ts'
import { type ArticleRow, type SavedArticle, saveIfChanged, saveRevision, type WorkingCopy } from '../store.ts'
import { type Copy, publish } from './publish.ts'

/** The published copy of an article; undefined while it is not live. */
export async function liveCopy(db: Reader, article: string): Promise<Copy | undefined> {
  const { slug, version, publishedAt, content } = editions
  const [edition] = await db
    .select({ slug, version, publishedAt, content })
    .from(editions)
    .where(eq(editions.article, article))
  return edition && { ...edition, content: editableContent(edition.content) }
}

/** A change of an edition: the copy it has, and the one that replaces it. */
export interface EditionChange {
  from: Copy
  to: Omit<Copy, 'version'>
  /** The `updatedAt` of the new edition; now if left out. */
  updatedAt?: string | null | undefined
  /** Why; stored with the revisions. */
  note?: string | null | undefined
}

/**
 * Saves the working copy and publishes the changed edition. Where the two differ, the edition gets a revision of its own
 * before that of the working copy, so that each version has one content. A scheduled publication stays scheduled.
 */
export async function publishChange(
  tx: Writer,
  before: ArticleRow,
  working: WorkingCopy,
  { from, to, updatedAt, note }: EditionChange,
  context: WriteContext,
): Promise<SavedArticle> {
  if (isSame(from, to)) return { row: await saveIfChanged(tx, before, working, context, note) }
  const version = before.version + 1
  if (isSame(to, working)) {
    const saved = await saveRevision(tx, before, working, context, note)
    return publish(tx, saved, context, { updatedAt, copy: { ...to, version } })
  }
  const revision = { article: before.id, number: version, at: context.now, note, actor: actorOf(context.caller) }
  await insertRevision(tx, { ...revision, content: to.content })
  const saved = await saveRevision(tx, { ...before, version }, working, context, note)
  return publish(tx, saved, context, { updatedAt, copy: { ...to, version } })
}

const isSame = (a: EditionChange['to'], b: EditionChange['to']): boolean =>
  isDeepStrictEqual(comparable(a), comparable(b))

/**
 * What is compared of two copies: the word count follows from the body. The image is one value, since the words for one
 * do not fit another.
 */
const comparable = ({ slug, publishedAt, content }: EditionChange['to']) => ({
  slug,
  publishedAt,
  content: { ...content, image: content.image ? JSON.stringify(content.image) : null, wordCount: 0 },
})

/**
 * The edition with the changes between the working copy before and after, by a three-way merge. Throws `conflict` where
 * these touch what has unpublished changes.
 */
export async function changedEdition(
  before: ArticleRow,
  working: WorkingCopy,
  live: Copy,
): Promise<EditionChange['to']> {
  const { value, conflicts } = threeWayMerge(comparable(before), comparable(working), comparable(live))
  if (conflicts.length > 0) throw conflictAt(conflicts.map((pointer) => pointer.replace(/^\/content/, '')))
  const { image, ...members } = value.content
  const wordCount = await inSlices(wordsOfBody(members.body, members.language))
  const content: Content = { ...members, wordCount }
  if (image !== null) content.image = JSON.parse(image) as StoredImage
  return { ...value, content }
}

function conflictAt(pointers: string[]): Problem {
  const message = 'has earlier changes that are not live: publish them too, or undo them'
  const errors = pointers.map((pointer) => ({ in: 'body' as const, pointer, code: 'conflict', message }))
  return new Problem('conflict', `${pointers.join(', ')} ${message}`, { errors })
}

/** Pointers to what differs between the edition and a working copy, without the members that a patch names. */
export function unpublishedChanges(live: Copy, before: ArticleRow, patched: ReadonlySet<string>): string[] {
  const [published, working] = [membersOf(live), membersOf(before)]
  const names = new Set([...published.keys(), ...working.keys()])
  const changed = [...names].filter((name) => !isDeepStrictEqual(published.get(name), working.get(name)))
  return changed.filter((name) => !patched.has(name)).map((name) => `/${name}`)
}

function membersOf(copy: EditionChange['to']): Map<string, unknown> {
  const { slug, publishedAt, content } = copy
  const { wordCount: _, ...members } = content
  return new Map<string, unknown>(Object.entries({ slug, publishedAt, ...members }))
}
