/** The sitemaps of the pages of sections, authors and tags: those that live articles refer to. */
import { and, asc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { rowCount } from '../catalogue/entry.ts'
import { pageOfEntry, type Site } from '../editions/site-urls.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { authors, editionRefs, refCounts, sections, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { SitemapEntry } from './entries.ts'
import { isUrlWithinLimit, MAX_URLS } from './limits.ts'

/** How many entries one query reads. */
const BATCH = 500

const kinds = { section: sections, author: authors, tag: tags } as const
type Kind = keyof typeof kinds
const kindsOf = (site: Site): Kind[] =>
  (Object.keys(kinds) as Kind[]).filter((kind) => pageOfEntry(kind, { slug: 'x', path: '/x' }, site) !== undefined)

/** The name of a sitemap: `sections`, or `tags-2` for the second one of a kind. */
const PAGE = /^(section|author|tag)s(?:-([2-9]|[1-9]\d{1,3}))?$/

/** A condition: the row is not in the trash, and live articles refer to it. */
const isListed = (kind: Kind, table: (typeof kinds)[Kind]): SQL | undefined =>
  and(
    isNull(table.deletedAt),
    sql`exists (select 1 from ${refCounts} where ${and(
      eq(refCounts.kind, kind),
      eq(refCounts.ref, table.id),
      gt(refCounts.editions, 0),
    )})`,
  )

const prepareQueries = (kind: Kind) => {
  const table = kinds[kind]
  return {
    count: prepared(`sitemap_count_${kind}`, (db) =>
      db.select({ count: rowCount }).from(table).where(isListed(kind, table)),
    ),
    position: prepared(`sitemap_place_${kind}`, (db) =>
      db
        .select({ id: table.id })
        .from(table)
        .where(isListed(kind, table))
        .orderBy(asc(table.id))
        .limit(1)
        .offset(sql.placeholder('offset')),
    ),
    entries: prepared(`sitemap_entries_${kind}`, (db) =>
      db
        .select({
          id: table.id,
          slug: table.slug,
          path: kind === 'section' ? sections.path : sql<string>`''`,
          updatedAt: table.updatedAt,
          newest: sql<string>`(select max(${editionRefs.publishedAt}) from ${editionRefs} where ${and(
            eq(editionRefs.kind, kind),
            eq(editionRefs.ref, table.id),
          )})`.mapWith(editionRefs.publishedAt),
        })
        .from(table)
        .where(and(isListed(kind, table), gt(table.id, sql.placeholder('after'))))
        .orderBy(asc(table.id))
        .limit(sql.placeholder('limit')),
    ),
  }
}
const queries = {
  section: prepareQueries('section'),
  author: prepareQueries('author'),
  tag: prepareQueries('tag'),
}

/** The names of the sitemaps of sections, authors and tags. */
export async function cataloguePages(db: Reader, site: Site): Promise<string[]> {
  const names: string[] = []
  for (const kind of kindsOf(site)) {
    const [row] = await queries[kind].count(db)
    const parts = Math.ceil(Number(row?.count ?? 0) / MAX_URLS)
    for (let part = 1; part <= parts; part++) names.push(part === 1 ? `${kind}s` : `${kind}s-${part}`)
  }
  return names
}

/** What a sitemap lists: the entries after an id; undefined if there is no such sitemap. */
export async function catalogueSpan(db: Reader, site: Site, name: string): Promise<CatalogueSpan | undefined> {
  const [, noun, part = '1'] = PAGE.exec(name) ?? []
  const kind = kindsOf(site).find((one) => one === noun)
  if (kind === undefined) return undefined
  const skipped = (Number(part) - 1) * MAX_URLS
  const [first] = await queries[kind].position(db, { offset: skipped })
  if (!first) return undefined
  const [before] = skipped === 0 ? [] : await queries[kind].position(db, { offset: skipped - 1 })
  return { kind, after: before?.id ?? '' }
}

export interface CatalogueSpan {
  kind: Kind
  after: string
}

/** The entries of a span, in batches. `updatedAt` is when the entry changed or its newest article went live. */
export async function* catalogueEntries(
  db: Reader,
  site: Site,
  { kind, after }: CatalogueSpan,
): AsyncGenerator<Pick<SitemapEntry, 'loc' | 'updatedAt'>[]> {
  let cursor = after
  for (let left = MAX_URLS; left > 0; ) {
    const limit = Math.min(BATCH, left)
    const rows = await queries[kind].entries(db, { after: cursor, limit })
    yield rows.flatMap(({ slug, path, updatedAt, newest }) => {
      const loc = pageOfEntry(kind, { slug, path }, site)
      return loc === undefined || !isUrlWithinLimit(loc)
        ? []
        : [{ loc, updatedAt: newest > updatedAt ? newest : updatedAt }]
    })
    const last = rows.at(-1)
    if (!last || rows.length < limit) return
    cursor = last.id
    left -= rows.length
    await new Promise(setImmediate)
  }
}
