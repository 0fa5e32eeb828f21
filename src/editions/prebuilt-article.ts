/** The reply with one live article, read from the database as it is sent. */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { ReplyHeaders } from '../cache/cached-response.ts'
import type { PrebuiltReplies } from '../cache/public-cache.ts'
import { onArticle } from '../changes/dependencies.ts'
import { storedCacheTag } from '../lib/cache-tag.ts'
import { isId } from '../lib/id.ts'
import { bytesOf } from '../storage/dialect.ts'
import { editions, staleEditions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { undecodedRows } from '../storage/undecoded-rows.ts'

/** The characters of ids and slugs. */
const REFERENCE = /^[a-z0-9-]+$/

const headers = {
  article: editions.article,
  etag: editions.etag,
  cacheTag: editions.cacheTag,
  updatedAt: editions.updatedAt,
  stale: staleEditions.article,
}

interface Row extends Record<'article' | 'etag' | 'cacheTag' | 'updatedAt', string> {
  stale: string | null
  document: Buffer | null
}

const columns = ['article', 'etag', 'cacheTag', 'updatedAt', 'stale', 'document'] as const

const select = (name: string, document: SQL<Buffer | null>) => {
  const find = undecodedRows<Row, 'slug' | 'article'>(
    name,
    columns,
    (db, column) =>
      db
        .select({ ...headers, document })
        .from(editions)
        .leftJoin(staleEditions, eq(staleEditions.article, editions.article))
        .where(eq(editions[column], sql.placeholder('reference'))),
    (column) => column,
  )
  return async (db: Reader, reference: string) => {
    // The path has not been validated yet.
    if (!REFERENCE.test(reference)) return undefined
    const [row] = await find(db, isId(reference) ? 'article' : 'slug', { reference })
    // A stale edition has to be recompiled, which the route handler does.
    return row?.stale === null ? row : undefined
  }
}
const selectHeaders = select('prebuilt_headers', sql<null>`null`)
const selectReply = select('prebuilt_reply', bytesOf(editions.document))

/** The headers of the reply with an edition. */
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

/** Prebuilt replies with one live article, for requests without query parameters. */
export const prebuiltArticles = (db: Reader): PrebuiltReplies => ({
  async headers({ url, params }) {
    const row = hasNoQuery(url) ? await selectHeaders(db, referenceIn(params)) : undefined
    return (
      row && {
        headers: { etag: row.etag, 'cache-tag': storedCacheTag(row.cacheTag) },
        dependsOn: onArticle(row.article),
      }
    )
  },
  async reply({ url, params }) {
    const row = hasNoQuery(url) ? await selectReply(db, referenceIn(params)) : undefined
    return row?.document
      ? { headers: articleHeaders(row), body: row.document, dependsOn: onArticle(row.article) }
      : undefined
  },
})

const hasNoQuery = (url: string): boolean => !url.includes('?')
const referenceIn = (params: unknown): string => (params as { article: string }).article
