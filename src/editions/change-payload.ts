/** What partners and webhooks are sent of a change: what changed, and the edition as it is now. */
import { inArray } from 'drizzle-orm'
import { covers, type Grant } from '../access/grants.ts'
import type { MediaAccess } from '../access/media-access.ts'
import type { LoggedChange } from '../changes/log.ts'
import { articlesShowing, type LiveArticle } from '../media/articles-showing.ts'
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
  const media = new Set(changes.filter(isOfMedia).map(({ target }) => target))
  const showing = await showingEach(db, media, grant)
  const editionOf = new Map(documents.map(({ article, json }) => [article, jsonWithMediaFor(mediaAccess, json)]))
  return changes.map((change) => {
    const { type, target, slug, version, previousAttributes } = change
    const [noun = ''] = type.split('.')
    if (!isOfArticle(change)) {
      const entry = `${JSON.stringify(noun)}:${JSON.stringify({ id: target, slug })}`
      if (!isOfMedia(change)) return { change, isVisible: true, members: entry }
      const articles = showing.get(target) ?? []
      const isVisible = grant === null || articles.length > 0
      return { change, isVisible, members: `${entry},"articles":${JSON.stringify(articles)}` }
    }
    // On PostgreSQL an article can be removed between the two queries.
    const isGone = withEditions ? !editionOf.has(target) : !granted.has(target)
    // A recipient that never had access gets nothing; one that had access learns that the article is gone.
    const isVisible = !isGone || grant === null || Boolean(previousAttributes && covers(grant, previousAttributes))
    const article = `"article":${JSON.stringify({ id: target, slug, version })},"gone":${isGone}`
    const edition = withEditions ? `,"edition":${editionOf.get(target) ?? 'null'}` : ''
    return { change, isVisible, members: article + edition }
  })
}

const isOfMedia = ({ type }: { type: string }): boolean => type.startsWith('media.')

/** How many articles that show media are listed with a change of it. */
const MAX_SHOWING = 1_000

async function showingEach(
  db: Reader,
  media: Iterable<string>,
  grant: Grant | null,
): Promise<Map<string, LiveArticle[]>> {
  const found = new Map<string, LiveArticle[]>()
  for (const one of media) found.set(one, await grantedShowing(db, one, grant, MAX_SHOWING))
  return found
}

/** How many articles are checked against a grant at a time. */
const BATCH = 500

/** The live articles that show media and that the grant covers, newest first, `limit` at most. */
export async function grantedShowing(
  db: Reader,
  media: string,
  grant: Grant | null,
  limit: number,
): Promise<LiveArticle[]> {
  const showing = await articlesShowing(db, media)
  if (grant === null) return showing.slice(0, limit)
  const found: LiveArticle[] = []
  for (let from = 0; from < showing.length && found.length < limit; from += BATCH) {
    const batch = showing.slice(from, from + BATCH)
    const granted = await grantedArticles(
      db,
      batch.map(({ id }) => id),
      grant,
    )
    found.push(...batch.filter(({ id }) => granted.has(id)))
  }
  return found.slice(0, limit)
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
