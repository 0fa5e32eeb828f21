/** Which article a related link belongs to, found by the references that are stored beside the content. */
import { and, eq } from 'drizzle-orm'
import { keyset, type Page, type PageRequest, pageOf } from '../../storage/keyset.ts'
import { articleRefs, editionRefs } from '../../storage/schema.ts'
import type { Reader } from '../../storage/storage.ts'

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

/** A page of the ids of related links, newest first, with their articles; of one article if it is given. */
export async function listLinkIds(
  db: Reader,
  { version, article }: { version: Version; article: string | undefined },
  request: PageRequest,
): Promise<Page<{ link: string; article: string }>> {
  const table = refsOf(version)
  const slice = keyset({ kind: 'text', column: table.ref, id: table.article, descending: true }, request)
  const found = await db
    .select({ link: table.ref, article: table.article })
    .from(table)
    .where(and(eq(table.kind, 'related-link'), article ? eq(table.article, article) : undefined, slice.where))
    .orderBy(...slice.orderBy)
    .limit(slice.limit)
  return pageOf(found, request, (row) => [row.link, row.article])
}
