import { desc, inArray } from 'drizzle-orm'
import { loadByIds } from '../catalogue/loader.ts'
import { loadLineages, type SectionRow } from '../catalogue/section-tree.ts'
import { loadMedia, type MediaLoader } from '../media/loader.ts'
import { numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import { authors, corrections, editions, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Correction } from './article-parts.ts'
import { type Content, type RefKind, refsOf } from './content.ts'

/** What is shown of an article in a link of another. */
export interface RelatedArticle {
  id: string
  slug: string
  headline: string
  summary: string | null
  path: string
}

/** The present state of everything that some contents refer to, by ids. */
export interface LoadedReferences {
  author(id: string): typeof authors.$inferSelect | undefined
  source(id: string): typeof sources.$inferSelect | undefined
  tag(id: string): typeof tags.$inferSelect | undefined
  /** The section with its ancestors, from the top to the section itself. */
  lineage(section: string): SectionRow[]
  /** An article, while it is live. */
  article(id: string): RelatedArticle | undefined
  /** The corrections of an article, newest first. */
  corrections(article: string): Correction[]
  /** The media that articles and authors show, while it may be shown. */
  media: MediaLoader
}

/** Loads all that compiling these articles needs, with one query for each kind of reference. */
export async function loadReferences(
  db: Reader,
  compiling: { id: string; content: Content; hasNoCorrections?: boolean }[],
): Promise<LoadedReferences> {
  const refs = compiling.flatMap(({ content }) => refsOf(content))
  const ids = (kind: RefKind) => [...new Set(refs.filter((ref) => ref.kind === kind).map(({ ref }) => ref))]
  const authorRows = loadByIds<typeof authors.$inferSelect>(db, authors, ids('author'))
  // Together: on PostgreSQL each would wait for a round trip.
  const [author, source, tag, lineage, article, correctionsById, media] = await Promise.all([
    authorRows,
    loadByIds<typeof sources.$inferSelect>(db, sources, ids('source')),
    loadByIds<typeof tags.$inferSelect>(db, tags, ids('tag')),
    loadLineages(db, ids('section')),
    liveArticles(db, ids('article')),
    correctionsOf(
      db,
      compiling.flatMap(({ id, hasNoCorrections }) => (hasNoCorrections ? [] : [id])),
    ),
    authorRows.then((rows) => loadMedia(db, [...ids('media'), ...rows.flatMap(({ image }) => image ?? [])])),
  ])
  return {
    author: byId(author),
    source: byId(source),
    tag: byId(tag),
    lineage,
    article: byId(article),
    corrections: (id) => correctionsById.get(id) ?? [],
    media,
  }
}

const selectCorrections = preparedVariants('corrections_of', (db, count: number) =>
  db
    .select()
    .from(corrections)
    .where(inArray(corrections.article, placeholders(count)))
    .orderBy(desc(corrections.at), desc(corrections.id)),
)

async function correctionsOf(db: Reader, articles: string[]): Promise<Map<string, Correction[]>> {
  if (articles.length === 0) return new Map()
  const rows = await selectCorrections(db, articles.length, numberedValues(articles))
  const byArticle = new Map<string, Correction[]>()
  for (const { article, id, kind, text, at } of rows) {
    const list = byArticle.get(article) ?? []
    list.push({ id, kind: kind as Correction['kind'], text, at })
    byArticle.set(article, list)
  }
  return byArticle
}

function byId<T extends { id: string }>(rows: T[]): (id: string) => T | undefined {
  const map = new Map(rows.map((row) => [row.id, row]))
  return (id) => map.get(id)
}

/** What links show of those of the articles that are live. */
async function liveArticles(db: Reader, ids: string[]): Promise<RelatedArticle[]> {
  if (ids.length === 0) return []
  const rows = await db
    .select({ id: editions.article, slug: editions.slug, content: editions.content })
    .from(editions)
    .where(inArray(editions.article, ids))
  const contents = rows.map(({ content }) => content as Content)
  const sectionIds = contents.flatMap(({ section }) => (section === null ? [] : [section]))
  const lineage = await loadLineages(db, sectionIds)
  return rows.map(({ id, slug, content }) => {
    const { headline, summary, section } = content as Content
    return { id, slug, headline, summary, path: articlePath(slug, section === null ? [] : lineage(section)) }
  })
}

/** The path of an article on the site: the path of its section, and its slug. */
export const articlePath = (slug: string, lineage: SectionRow[]): string => `${lineage.at(-1)?.path ?? ''}/${slug}`
