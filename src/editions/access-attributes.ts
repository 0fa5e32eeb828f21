/** Access attributes of live articles: what grants of partners are checked against. */
import { and, desc, eq, inArray, isNotNull } from 'drizzle-orm'
import type { AccessAttributes } from '../access/attributes.ts'
import { covers } from '../access/grants.ts'
import { NONE } from '../access/references.ts'
import type { Caller } from '../access/roles.ts'
import { getOrCreate } from '../lib/cache.ts'
import { numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import { changes, editionRefs, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Content } from './content.ts'

/** The access attributes of a content. `refs` are its references, with the sections above its own. */
export function attributesOf({ language, rights }: Content, refs: { kind: string; ref: string }[]): AccessAttributes {
  const of = (refKind: string) =>
    refs
      .filter(({ kind, ref }) => kind === refKind && ref !== NONE)
      .map(({ ref }) => ref)
      .sort()
  const [sections, tags, authors, sources] = [of('section'), of('tag'), of('author'), of('source')]
  return { sections, tags, authors, sources, language, usage: rights.usage }
}

const selectContents = preparedVariants('attributes_contents', (db, count: number) =>
  db
    .select({ article: editions.article, content: editions.content })
    .from(editions)
    .where(inArray(editions.article, placeholders(count))),
)
const selectRefs = preparedVariants('attributes_refs', (db, count: number) =>
  db
    .select({ article: editionRefs.article, kind: editionRefs.kind, ref: editionRefs.ref })
    .from(editionRefs)
    .where(inArray(editionRefs.article, placeholders(count))),
)

/** The access attributes of those of the articles that are live, by their ids. */
export async function liveAttributes(db: Reader, articles: string[]): Promise<Map<string, AccessAttributes>> {
  if (articles.length === 0) return new Map()
  const refs = new Map<string, { kind: string; ref: string }[]>()
  for (const { article, ...ref } of await selectRefs(db, articles.length, numberedValues(articles)))
    getOrCreate(refs, article, () => []).push(ref)
  const rows = await selectContents(db, articles.length, numberedValues(articles))
  return new Map(
    rows.map(({ article, content }) => [article, attributesOf(content as Content, refs.get(article) ?? [])]),
  )
}

/** The access attributes of an article when it was last live; null if the change that ended that is not stored any more. */
export async function lastAttributes(db: Reader, article: string): Promise<AccessAttributes | null> {
  const [last] = await db
    .select({ previousAttributes: changes.previousAttributes })
    .from(changes)
    .where(and(eq(changes.target, article), isNotNull(changes.previousAttributes)))
    .orderBy(desc(changes.seq))
    .limit(1)
  return last?.previousAttributes ?? null
}

/** Whether the caller may read a live article: a key with a grant may read only what the grant covers. */
export async function isGrantedLive(db: Reader, { grant }: Pick<Caller, 'grant'>, article: string): Promise<boolean> {
  if (!grant) return true
  const attributes = (await liveAttributes(db, [article])).get(article)
  return attributes !== undefined && covers(grant, attributes)
}
