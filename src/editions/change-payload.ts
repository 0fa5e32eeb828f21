/** What partners and webhooks are sent of a change: what changed, and the edition as it is now. */
import { inArray } from 'drizzle-orm'
import { covers, type Grant } from '../access/grants.ts'
import type { MediaAccess } from '../access/media-access.ts'
import type { LoggedChange } from '../changes/log.ts'
import { numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import { editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { liveAttributes } from './access-attributes.ts'
import { jsonWithMediaFor } from './article-media.ts'
import { documentsOf } from './cards.ts'

/** A change, and its payload for one recipient. */
export interface ChangePayload<C> {
  change: C
  /** Whether the recipient may see it: its grant covers the article now, or did before the change. */
  isVisible: boolean
  /** The payload: members of a JSON object, without its braces. */
  members: string
}

/**
 * The payloads of changes for a recipient with this grant; null is a grant for everything. With `withEditions` each has
 * the edition of its article with the media that the recipient may have; null where it is not live or not granted.
 */
export async function changePayloads<
  C extends Pick<LoggedChange, 'type' | 'target' | 'slug' | 'version' | 'previousAttributes'>,
>(
  db: Reader,
  changes: C[],
  { grant, withEditions, mediaAccess }: { grant: Grant | null; withEditions: boolean; mediaAccess: MediaAccess },
): Promise<ChangePayload<C>[]> {
  const articles = [...new Set(changes.filter(isOfArticle).map(({ target }) => target))]
  const granted = await grantedArticles(db, articles, grant)
  const documents = withEditions ? await documentsOf(db, [...granted]) : []
  const editionOf = new Map(documents.map(({ article, json }) => [article, jsonWithMediaFor(mediaAccess, json)]))
  return changes.map((change) => {
    const { type, target, slug, version, previousAttributes } = change
    const [noun = ''] = type.split('.')
    if (!isOfArticle(change))
      return { change, isVisible: true, members: `${JSON.stringify(noun)}:${JSON.stringify({ id: target, slug })}` }
    // On PostgreSQL an article can be removed between the two queries.
    const isGone = withEditions ? !editionOf.has(target) : !granted.has(target)
    // A recipient that never had access gets nothing; one that had access learns that the article is gone.
    const isVisible = !isGone || grant === null || Boolean(previousAttributes && covers(grant, previousAttributes))
    const article = `"article":${JSON.stringify({ id: target, slug, version })},"gone":${isGone}`
    const edition = withEditions ? `,"edition":${editionOf.get(target) ?? 'null'}` : ''
    return { change, isVisible, members: article + edition }
  })
}

const isOfArticle = ({ type }: { type: string }): boolean => type.startsWith('article.')

const selectLive = preparedVariants('live_articles', (db, count: number) =>
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
  const attributes = await liveAttributes(db, articles)
  return new Set([...attributes].filter(([, one]) => covers(grant, one)).map(([article]) => article))
}
