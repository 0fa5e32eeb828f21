/** Which article a related link belongs to, found by the references that are stored beside the content. */
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Caller } from '../../access/roles.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../../storage/keyset.ts'
import { articleRefs, articles, editionRefs } from '../../storage/schema.ts'
import type { Reader } from '../../storage/storage.ts'
import { isVisibleTo } from '../ownership.ts'

type Version = 'live' | 'draft'

const refsOf = (version: Version) => (version === 'draft' ? articleRefs : editionRefs)

/** The id of the article that has the link, in its live edition or in its working copy. */
export async function findLinkOwner(db: Reader, version: Version, link: string): Promise<string | undefined> {
  const table = refsOf(version)
  const [row] = await db
    .select({ article: table.article })
    .from(table)
    .where(and(eq(table.kind, 'related-link'), eq(table.ref, link)))
  return row?.article
}

/**
 * A page of the ids of related links, newest first, with their articles; of one article if it is given. Of working copies
 * only those that the caller may see: a cursor must not name others.
 */
export async function listLinkIds(
  db: Reader,
  { version, article, caller }: { version: Version; article: string | undefined; caller: Caller },
  request: PageRequest,
): Promise<Page<{ link: string; article: string }>> {
  const table = refsOf(version)
  const slice = keyset({ kind: 'text', column: table.ref, id: table.article, descending: true }, request)
  const visible = db
    .select({ id: articles.id })
    .from(articles)
    .where(and(isNull(articles.deletedAt), isVisibleTo(caller)))
  const isVisible = version === 'draft' ? inArray(table.article, visible) : undefined
  const found = await db
    .select({ link: table.ref, article: table.article })
    .from(table)
    .where(
      and(eq(table.kind, 'related-link'), article ? eq(table.article, article) : undefined, isVisible, slice.where),
    )
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  return pageOf(found, request, (row) => [row.link, row.article])
}
