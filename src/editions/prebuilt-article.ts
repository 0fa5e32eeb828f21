/** Replies as finished bytes: what the short way of public reads sends. */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { PrebuiltReplies, ReplyHeaders } from '../cache/public-cache.ts'
import { storedCacheTag } from '../lib/cache-tag.ts'
import { isId } from '../lib/id.ts'
import { bytesOf } from '../storage/dialect.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { editions, staleEditions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** What ids and slugs are made of. */
const NAME = /^[a-z0-9-]+$/

const headers = {
  article: editions.article,
  etag: editions.etag,
  cacheTag: editions.cacheTag,
  updatedAt: editions.updatedAt,
  stale: staleEditions.article,
}

const select = (name: string, document: SQL<Buffer | null>) => {
  const by = (column: 'slug' | 'article') =>
    prepared(`${name}_by_${column}`, (db) =>
      db
        .select({ ...headers, document })
        .from(editions)
        .leftJoin(staleEditions, eq(staleEditions.article, editions.article))
        .where(eq(editions[column], sql.placeholder('reference'))),
    )
  const [bySlug, byId] = [by('slug'), by('article')]
  return async (db: Reader, reference: string) => {
    // The path has not been checked yet.
    if (!NAME.test(reference)) return undefined
    const [row] = await (isId(reference) ? byId : bySlug)(db, { reference })
    // A stale one has to be compiled anew, which is for the long way.
    return row?.stale === null ? row : undefined
  }
}
const selectHeaders = select('ready_headers', sql<null>`null`)
const selectReply = select('ready_reply', bytesOf(editions.document))

/** The headers of the reply with a live article. */
export const articleHeaders = (edition: {
  etag: string
  cacheTag: string
  updatedAt: string
}): ReplyHeaders & { etag: string } => ({
  etag: edition.etag,
  'content-type': 'application/json; charset=utf-8',
  'cache-tag': storedCacheTag(edition.cacheTag),
  'last-modified': new Date(edition.updatedAt).toUTCString(),
})

/** The replies with one live article that lie ready: whole, by what names it in the path. */
export const prebuiltArticles = (db: Reader): PrebuiltReplies => ({
  async headers({ url, params }) {
    const row = isBare(url) ? await selectHeaders(db, nameIn(params)) : undefined
    return row && { headers: { etag: row.etag, 'cache-tag': storedCacheTag(row.cacheTag) }, dependsOn: row.article }
  },
  async reply({ url, params }) {
    const row = isBare(url) ? await selectReply(db, nameIn(params)) : undefined
    return row?.document ? { headers: articleHeaders(row), body: row.document, dependsOn: row.article } : undefined
  },
})

const isBare = (url: string): boolean => !url.includes('?')
const nameIn = (params: unknown): string => (params as { article: string }).article
