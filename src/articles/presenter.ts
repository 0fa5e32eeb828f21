import { inArray } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import type { Warning } from '../body/block.ts'
import { mediaItems } from '../body/media-uses.ts'
import { loadLineages } from '../catalogue/section-tree.ts'
import type { Article, ArticleStatus } from '../editions/article.ts'
import { compileArticle } from '../editions/compile.ts'
import { articlePath, type LoadedReferences, loadReferences } from '../editions/reference-loader.ts'
import { articles } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleRow, SavedArticle } from './store.ts'

/**
 * Working copies as the caller sees them: compiled as for publication, with the members that only working copies have.
 * Editors also see related links to articles that are not live.
 */
export async function presentArticles(db: Reader, rows: ArticleRow[], caller: Caller): Promise<Article[]> {
  const live = await loadReferences(db, rows)
  const notLive = may(caller, 'content:write') ? await linkedWorkingCopies(db, rows, live) : () => undefined
  // Who edits sees what is withdrawn, too, so that saving what was read loses nothing.
  const media = may(caller, 'drafts:write') ? { ...live.media, available: live.media.stored } : live.media
  const references: LoadedReferences = { ...live, media, article: (id) => live.article(id) ?? notLive(id) }
  return rows.map((row) => ({
    ...compileArticle({ ...row, status: row.status as ArticleStatus }, row.content, references),
    ...workingState(row),
  }))
}

/** The members that only working copies have. */
const workingState = (row: ArticleRow) => ({
  liveVersion: row.liveVersion,
  hasUnpublishedChanges: row.version !== row.liveVersion,
  publishAt: row.publishAt,
  embargoUntil: row.embargoUntil,
  createdAt: row.createdAt,
  createdBy: { id: row.createdBy, name: row.createdByName },
  editedAt: row.editedAt,
})

/** The working copy as the caller sees it. */
export async function presentArticle(db: Reader, row: ArticleRow, caller: Caller): Promise<Article> {
  const [article] = await presentArticles(db, [row], caller)
  if (!article) throw new Error('no article was compiled')
  return article
}

/**
 * The working copy after a write, with its warnings. The edition that the write compiled shows the same, but for links to what is not live,
 * and media that may not be shown.
 */
export async function presentSaved(
  db: Reader,
  saved: SavedArticle & { warnings?: Warning[] },
  caller: Caller,
): Promise<Article> {
  const { row, edition } = saved
  const isWhole = edition && hasAllLinks(edition, row) && hasAllMedia(edition, row)
  const article = isWhole ? { ...edition, ...workingState(row) } : await presentArticle(db, row, caller)
  const all = warningsOf(saved)
  return { ...article, ...(all.length > 0 && { warnings: all }) }
}

/** The warnings for the writer: those of the write, and the remarks on the media that it has published. */
export const warningsOf = ({ warnings = [], remarks = [] }: SavedArticle & { warnings?: Warning[] }): Warning[] => [
  ...warnings,
  ...remarks.map(({ pointer, code, message }) => ({ code, message: `${pointer} ${message}`, pointers: [pointer] })),
]

const hasAllLinks = ({ relatedLinks }: Article, { content }: ArticleRow): boolean =>
  relatedLinks.length === content.relatedLinks.length

const hasAllMedia = ({ image, body }: Article, { content }: ArticleRow): boolean =>
  (image === null) === (content.image === undefined) &&
  body.flatMap(mediaItems).length === content.body.flatMap(mediaItems).length

/** Finds the targets of related links that are not live. */
async function linkedWorkingCopies(
  db: Reader,
  rows: ArticleRow[],
  live: LoadedReferences,
): Promise<LoadedReferences['article']> {
  const targets = rows.flatMap(({ content }) => content.relatedLinks.flatMap(({ article }) => article ?? []))
  const missing = [...new Set(targets)].filter((id) => !live.article(id))
  if (missing.length === 0) return () => undefined
  const found = (await db.select().from(articles).where(inArray(articles.id, missing))) as ArticleRow[]
  const sectionIds = found.flatMap(({ content: { section } }) => section ?? [])
  const lineage = await loadLineages(db, sectionIds)
  return (id) => {
    const row = found.find((one) => one.id === id)
    if (!row) return undefined
    const { headline, summary, section } = row.content
    return {
      id,
      slug: row.slug,
      headline,
      summary,
      path: articlePath(row.slug, section === null ? [] : lineage(section)),
    }
  }
}
