/** Changes as they are told to those outside: with what the article is now, and whether it is still to be had. */
import { inArray } from 'drizzle-orm'
import { covers, type Grant } from '../access/grants.ts'
import type { LoggedChange } from '../changes/log.ts'
import { numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { liveAttributes } from './access-attributes.ts'
import { documentsOf } from './cards.ts'

/** A change, and what is told of it. */
export interface ChangePayload<C> {
  change: C
  /** Whether it concerns whoever has the grant: they may have the article, or could have it before. */
  isVisible: boolean
  /** What changed and what is there now, as the members of a JSON object, without its braces. */
  members: string
}

/** What is told of the changes. The editions of articles come along if they are wanted; null for one that is gone. */
export async function changePayloads<C extends Pick<LoggedChange, 'type' | 'target' | 'slug' | 'version' | 'was'>>(
  db: Reader,
  changes: C[],
  { grant, withEditions }: { grant: Grant | null; withEditions: boolean },
): Promise<ChangePayload<C>[]> {
  const articles = [...new Set(changes.filter(isOfArticle).map(({ target }) => target))]
  const held = await grantedArticles(db, articles, grant)
  const documents = withEditions ? await documentsOf(db, [...held]) : []
  const editionOf = new Map(documents.map(({ article, json }) => [article, json]))
  return changes.map((change) => {
    const { type, target, slug, version, was } = change
    const [noun = ''] = type.split('.')
    if (!isOfArticle(change))
      return { change, concerns: true, members: `${JSON.stringify(noun)}:${JSON.stringify({ id: target, slug })}` }
    // On PostgreSQL it may have gone meanwhile.
    const gone = withEditions ? !editionOf.has(target) : !held.has(target)
    // Whoever could never have it is told nothing; whoever could is told that it is gone.
    const concerns = !gone || grant === null || Boolean(was && covers(grant, was))
    const article = `"article":${JSON.stringify({ id: target, slug, version })},"gone":${gone}`
    const edition = withEditions ? `,"edition":${editionOf.get(target) ?? 'null'}` : ''
    return { change, concerns, members: article + edition }
  })
}

const isOfArticle = ({ type }: { type: string }): boolean => type.startsWith('article.')

const selectLive = preparedVariants('told_live', (db, count: number) =>
  db
    .select({ article: editions.article })
    .from(editions)
    .where(inArray(editions.article, placeholders(count))),
)

/** Those of the articles that are live and covered by the grant. */
export async function grantedArticles(db: Reader, articles: string[], grant: Grant | null): Promise<Set<string>> {
  if (articles.length === 0) return new Set()
  if (grant === null)
    return new Set((await selectLive(db, articles.length, numberedValues(articles))).map(({ article }) => article))
  const facts = await liveAttributes(db, articles)
  return new Set([...facts].filter(([, one]) => covers(grant, one)).map(([article]) => article))
}
