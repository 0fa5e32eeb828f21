/** The sitemaps of articles: one for each month in which articles were first published, several for a large month. */
import { and, asc, desc, eq, gt, gte, isNotNull, lte, sql } from 'drizzle-orm'
import { rowCount } from '../catalogue/entry.ts'
import { lastSeq } from '../changes/log.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { articles, changes, editions } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleSpan } from './entries.ts'
import { MAX_URLS } from './limits.ts'

/** How many of the last changes are searched for the months that they affect. */
const RECENT = 1_000

export interface SitemapPage {
  /** `2030-01` or, where a month has more pages than one, `2030-01-2` for its second. */
  name: string
  /** When an article in it was last published, changed or removed; undefined if not within the last changes. */
  updatedAt: string | undefined
}

/** The name of a sitemap. Names are stable: new articles are added at the end of the current month. */
export const PAGE = /^((?!0000)\d{4}-(?:0[1-9]|1[0-2]))(?:-([2-9]|[1-9]\d{1,3}))?$/

/** The first and the last moment of a month. */
function rangeOf(month: string): { first: string; last: string } {
  const first = `${month}-01T00:00:00.000Z`
  const end = new Date(first)
  end.setUTCMonth(end.getUTCMonth() + 1)
  return { first, last: new Date(end.getTime() - 1).toISOString() }
}

const selectNext = prepared('sitemap_next', (db) =>
  db
    .select({ publishedAt: editions.publishedAt })
    .from(editions)
    .where(gt(editions.publishedAt, sql.placeholder('after')))
    .orderBy(asc(editions.publishedAt))
    .limit(1),
)

const selectCount = prepared('sitemap_count', (db) =>
  db
    .select({ count: rowCount })
    .from(editions)
    .where(
      and(gte(editions.publishedAt, sql.placeholder('first')), lte(editions.publishedAt, sql.placeholder('last'))),
    ),
)

const selectRecent = prepared('sitemap_recent', (db) =>
  db
    .select({ publishedAt: articles.publishedAt, at: changes.at })
    .from(changes)
    .innerJoin(articles, eq(articles.id, changes.target))
    .where(and(gt(changes.seq, sql.placeholder('seq')), isNotNull(articles.publishedAt)))
    .orderBy(desc(changes.seq)),
)

/** All sitemaps of articles, the oldest first, by two queries of an index for each month. */
export async function monthPages(db: Reader): Promise<SitemapPage[]> {
  // The latest change comes first, so the first of each month counts.
  const updated = new Map<string, string>()
  for (const { publishedAt, at } of await selectRecent(db, { seq: (await lastSeq(db)) - RECENT })) {
    const month = (publishedAt ?? '').slice(0, 7)
    if (!updated.has(month)) updated.set(month, at)
  }
  const pages: SitemapPage[] = []
  for (let after = '0001-01-01T00:00:00.000Z'; ; ) {
    const [next] = await selectNext(db, { after })
    if (!next) return pages
    const month = next.publishedAt.slice(0, 7)
    const range = rangeOf(month)
    const [row] = await selectCount(db, range)
    const parts = Math.ceil((row?.count ?? 0) / MAX_URLS)
    for (let part = 1; part <= parts; part++)
      pages.push({ name: part === 1 ? month : `${month}-${part}`, updatedAt: updated.get(month) })
    after = range.last
  }
}

const selectPosition = prepared('sitemap_place', (db) =>
  db
    .select({ publishedAt: editions.publishedAt, article: editions.article })
    .from(editions)
    .where(and(gte(editions.publishedAt, sql.placeholder('first')), lte(editions.publishedAt, sql.placeholder('last'))))
    .orderBy(asc(editions.publishedAt), asc(editions.article))
    .limit(1)
    .offset(sql.placeholder('offset')),
)

/** What a sitemap lists; undefined if there is no such sitemap. */
export async function monthSpan(db: Reader, name: string): Promise<ArticleSpan | undefined> {
  const [, month, part = '1'] = PAGE.exec(name) ?? []
  if (month === undefined) return undefined
  const range = rangeOf(month)
  const skipped = (Number(part) - 1) * MAX_URLS
  // A span begins after the last article of the sitemap before; the first one begins with the month.
  const [start] = await selectPosition(db, { ...range, offset: skipped })
  if (!start) return undefined
  const [before] = skipped === 0 ? [] : await selectPosition(db, { ...range, offset: skipped - 1 })
  return {
    from: before ?? { publishedAt: range.first, article: '' },
    until: range.last,
    isDescending: false,
    maxArticles: MAX_URLS,
  }
}
