/** Whether a caller's grant covers an article, and the sections of the article. */
import { covers } from '../access/grants.ts'
import type { Caller } from '../access/roles.ts'
import { loadLineages, type SectionRow } from '../catalogue/section-tree.ts'
import { isGrantedLive, lastAttributes } from '../editions/access-attributes.ts'
import type { Article } from '../editions/article.ts'
import { findByFormerSlug } from '../editions/paths.ts'
import { readRetraction } from '../editions/retractions.ts'
import { type Edition, readEdition } from '../editions/store.ts'
import type { Reader } from '../storage/storage.ts'

/** The section of an article and the sections above it, from the top. */
export async function sectionLineage(db: Reader, { section }: Article): Promise<SectionRow[]> {
  if (section === null) return []
  return (await loadLineages(db, [section.id]))(section.id)
}

/**
 * Whether the caller's grant covers the article with an id or a slug, current or former. A live article is checked by its
 * attributes, a retracted one by those before the retraction, as long as the change is stored. False for all others.
 */
export async function isGranted(db: Reader, caller: Caller, reference: string): Promise<boolean> {
  const { grant } = caller
  if (grant === null) return true
  const live = (await readEdition(db, reference)) ?? (await readMoved(db, reference))
  if (live) return isGrantedLive(db, caller, live.article)
  const notice = await readRetraction(db, reference)
  if (!notice) return false
  const attributes = await lastAttributes(db, notice.id)
  return attributes !== null && covers(grant, attributes)
}

async function readMoved(db: Reader, reference: string): Promise<Edition | undefined> {
  const moved = await findByFormerSlug(db, reference)
  return moved && readEdition(db, moved.article)
}
