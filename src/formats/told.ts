/** What has to be known of an article to tell it in another form, and of whoever may be told. */
import { and, desc, eq } from 'drizzle-orm'
import { byIds } from '../catalogue/by-ids.ts'
import { lineagesOf, type SectionRow } from '../catalogue/sections.ts'
import { movedTo } from '../editions/addresses.ts'
import type { Article } from '../editions/article.ts'
import { mayHave } from '../editions/facts.ts'
import { type Edition, read, retraction } from '../editions/store.ts'
import { covers } from '../lib/grant.ts'
import type { Caller } from '../lib/roles.ts'
import { changes, sections } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** The sections that an article stands in, from the top. */
export async function sectionsOf(db: Reader, { section }: Article): Promise<SectionRow[]> {
  if (section === null) return []
  return (await lineagesOf(db, await byIds<SectionRow>(db, sections, [section.id])))(section.id)
}

/**
 * Whether the caller may have the article that an id or a slug, present or former, names: what is live by what it is, a
 * retracted one by what it was, as long as that is kept. False for what is neither.
 */
export async function isGranted(db: Reader, caller: Caller, reference: string): Promise<boolean> {
  const { grant } = caller
  if (grant === null) return true
  const live = (await read(db, reference)) ?? (await readMoved(db, reference))
  if (live) return mayHave(db, caller, live.article)
  const notice = await retraction(db, reference)
  if (!notice) return false
  const [last] = await db
    .select({ was: changes.was })
    .from(changes)
    .where(and(eq(changes.target, notice.id), eq(changes.type, 'article.retracted')))
    .orderBy(desc(changes.seq))
    .limit(1)
  return Boolean(last?.was && covers(grant, last.was))
}

async function readMoved(db: Reader, reference: string): Promise<Edition | undefined> {
  const moved = await movedTo(db, reference)
  return moved && read(db, moved.article)
}
