/** What is known of live articles by which partners are granted them. */
import { inArray } from 'drizzle-orm'
import type { Facts } from '../lib/facts.ts'
import { covers } from '../lib/grant.ts'
import { memo } from '../lib/memo.ts'
import type { Caller } from '../lib/roles.ts'
import { editionRefs, editions } from '../storage/schema.ts'
import { numbered, placeholders, type Reader, shaped } from '../storage/storage.ts'
import { type Content, NONE } from './content.ts'

/** `refs` are those of the edition, or of a working copy with the sections above its own. */
export function factsOf({ language, rights }: Content, refs: { kind: string; ref: string }[]): Facts {
  const of = (wanted: string) =>
    refs
      .filter(({ kind, ref }) => kind === wanted && ref !== NONE)
      .map(({ ref }) => ref)
      .sort()
  const [sections, tags, authors, sources] = [of('section'), of('tag'), of('author'), of('source')]
  return { sections, tags, authors, sources, language, usage: rights.usage }
}

const selectContents = shaped('facts_contents', (db, count: number) =>
  db
    .select({ article: editions.article, content: editions.content })
    .from(editions)
    .where(inArray(editions.article, placeholders(count))),
)
const selectRefs = shaped('facts_refs', (db, count: number) =>
  db
    .select({ article: editionRefs.article, kind: editionRefs.kind, ref: editionRefs.ref })
    .from(editionRefs)
    .where(inArray(editionRefs.article, placeholders(count))),
)

/** What is known of those of the articles that are live. */
export async function liveFacts(db: Reader, articles: string[]): Promise<Map<string, Facts>> {
  if (articles.length === 0) return new Map()
  const refs = new Map<string, { kind: string; ref: string }[]>()
  for (const { article, ...ref } of await selectRefs(db, articles.length, numbered(articles)))
    memo(refs, article, () => []).push(ref)
  const rows = await selectContents(db, articles.length, numbered(articles))
  return new Map(rows.map(({ article, content }) => [article, factsOf(content as Content, refs.get(article) ?? [])]))
}

/** Whether the caller may have a live article: a key with a grant may have what the grant covers. */
export async function mayHave(db: Reader, { grant }: Pick<Caller, 'grant'>, article: string): Promise<boolean> {
  if (!grant) return true
  const facts = (await liveFacts(db, [article])).get(article)
  return facts !== undefined && covers(grant, facts)
}
