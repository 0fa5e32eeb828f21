import { inArray } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { lineagesOf, type SectionRow } from '../catalogue/sections.ts'
import type { Article, ArticleStatus } from '../editions/article.ts'
import { compileArticle } from '../editions/compile.ts'
import { articlePath, type LoadedReferences, loadReferences } from '../editions/reference-loader.ts'
import { articles, sections } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleRow } from './store.ts'

/**
 * Working copies as the caller sees them: as they would go live, and what only the newsroom knows. To editors their
 * related links show articles that are not live, too.
 */
export async function presentArticles(db: Reader, rows: ArticleRow[], caller: Caller): Promise<Article[]> {
  const look = await loadReferences(db, rows)
  const hidden = may(caller, 'content:write') ? await workingCopies(db, rows, look) : () => undefined
  const seeAll: LoadedReferences = { ...look, article: (id) => look.article(id) ?? hidden(id) }
  return rows.map((row) => ({
    ...compileArticle({ ...row, status: row.status as ArticleStatus }, row.content, seeAll),
    liveVersion: row.liveVersion,
    hasUnpublishedChanges: row.version !== row.liveVersion,
    publishAt: row.publishAt,
    embargoUntil: row.embargoUntil,
    createdAt: row.createdAt,
    createdBy: { id: row.createdBy, name: row.createdByName },
    editedAt: row.editedAt,
  }))
}

/** The working copy as the caller sees it. */
export async function presentArticle(db: Reader, row: ArticleRow, caller: Caller): Promise<Article> {
  const [article] = await presentArticles(db, [row], caller)
  if (!article) throw new Error('one row has one view')
  return article
}

/** Articles that related links lead to and that are not live: editors see where these links would lead. */
async function workingCopies(
  db: Reader,
  rows: ArticleRow[],
  look: LoadedReferences,
): Promise<LoadedReferences['article']> {
  const targets = rows.flatMap(({ content }) => content.relatedLinks.flatMap(({ article }) => article ?? []))
  const missing = [...new Set(targets)].filter((id) => !look.article(id))
  if (missing.length === 0) return () => undefined
  const found = (await db.select().from(articles).where(inArray(articles.id, missing))) as ArticleRow[]
  const stands = found.flatMap(({ content: { section } }) => section ?? [])
  const lineage = await lineagesOf(db, await loadByIds<SectionRow>(db, sections, stands))
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
