/** Who may see a working copy, and ids that only one article may have: its external id, and those of its citations and related links. */
import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import { type Caller, may } from '../access/roles.ts'
import type { Content } from '../editions/content.ts'
import { invalidReferences, Problem } from '../lib/problem.ts'
import { numberedValues, placeholders, preparedVariants } from '../storage/prepared-statements.ts'
import { articleRefs, articles, editions } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import type { ArticleWithoutBody } from './schemas.ts'

const selectOwners = preparedVariants('sub_item_owners', (db, count: number) =>
  db
    .select({ id: articleRefs.ref, article: articleRefs.article })
    .from(articleRefs)
    .where(and(eq(articleRefs.kind, sql.placeholder('kind')), inArray(articleRefs.ref, placeholders(count)))),
)

/** The condition that the caller may see a working copy, one in the trash too if it is an editor; undefined for any. */
export const isVisibleTo = (caller: Caller): SQL | undefined =>
  may(caller, 'content:write') ? undefined : and(isNull(articles.deletedAt), eq(articles.createdBy, caller.id ?? ''))

/**
 * Throws `invalid-reference` if the content has a citation or a related link with the id of one in another article. Only
 * the ids that were sent can be: the others are new.
 */
export async function requireOwnSubItems(
  tx: Writer,
  article: string,
  content: Content,
  sent: Pick<ArticleWithoutBody, 'citations' | 'relatedLinks'>,
): Promise<void> {
  const subItems = {
    citation: { list: content.citations, isSent: hasIds(sent.citations) },
    'related-link': { list: content.relatedLinks, isSent: hasIds(sent.relatedLinks) },
  }
  const owned = Object.entries(subItems).map(async ([kind, { list, isSent }]) => {
    const ids = list.map(({ id }) => id)
    if (!isSent) return { kind, ids, owners: [] }
    return { kind, ids, owners: await selectOwners(tx, ids.length, { kind, ...numberedValues(ids) }) }
  })
  for (const { kind, ids, owners } of await Promise.all(owned)) {
    const foreign = owners.filter((owner) => owner.article !== article).map(({ id }) => id)
    const index = ids.findIndex((id) => foreign.includes(id))
    if (index === -1) continue
    const pointer = `/${kind === 'citation' ? 'citations' : 'relatedLinks'}/${index}/id`
    throw invalidReferences([{ pointer, noun: `${kind} of this article`, ref: ids[index] ?? '' }])
  }
}

const hasIds = (items: { id?: string | undefined }[] = []): boolean => items.some(({ id }) => id !== undefined)

/**
 * Throws `conflict` if another article has the external id, among those that the caller may see: the answer must not
 * disclose others' drafts to a contributor. So working copies can have the same external id; publishing one checks all of them, as an editor.
 */
export async function requireFreeExternalId(
  tx: Writer,
  { id, externalId }: { id: string; externalId: string | null },
  caller: Caller,
): Promise<void> {
  if (externalId === null) return
  const working = await tx
    .select({ id: articles.id })
    .from(articles)
    .where(and(eq(articles.externalId, externalId), isVisibleTo(caller)))
    .limit(2)
  const live = await tx.select({ id: editions.article }).from(editions).where(eq(editions.externalId, externalId))
  const owner = [...working, ...live].find((one) => one.id !== id)
  if (!owner) return
  const message = `belongs to the article ${owner.id}`
  throw new Problem('conflict', `the externalId "${externalId}" ${message}`, {
    errors: [{ in: 'body', pointer: '/externalId', code: 'taken', message }],
  })
}
