/** Taking the live edition of an article off the site: for now, or for good by a retraction. */
import { actorOf } from '../../access/roles.ts'
import type { WriteContext } from '../../access/write-context.ts'
import { type ChangeType, recordChange } from '../../changes/log.ts'
import { lastAttributes } from '../../editions/access-attributes.ts'
import { putRetraction } from '../../editions/retractions.ts'
import { removeEdition } from '../../editions/store.ts'
import { newId } from '../../lib/id.ts'
import { corrections } from '../../storage/schema.ts'
import type { Writer } from '../../storage/storage.ts'
import { readRevision } from '../revisions/store.ts'
import type { ArticleRow } from '../store.ts'
import { endPublication, lastPublication } from './publications.ts'
import { saveTransition, stateOf } from './state.ts'
import { statusAfter } from './workflow.ts'

/** Removes the live edition, and cancels a scheduled publication; the working copy stays. */
export async function unpublish(tx: Writer, article: ArticleRow, context: WriteContext): Promise<ArticleRow> {
  const status = statusAfter(stateOf(article), 'unpublish')
  if (article.liveVersion !== null) await withdraw(tx, article, 'article.unpublished', context.now)
  const unpublished = { status, liveVersion: null, publishAt: null, embargoUntil: null }
  return saveTransition(tx, context, 'unpublish', article, unpublished)
}

/** Retracts an article: a notice replaces its edition, and is among its corrections. */
export async function retract(
  tx: Writer,
  article: ArticleRow,
  notice: { reason: string; replacement: string | null },
  context: WriteContext,
): Promise<ArticleRow> {
  const { caller, now } = context
  const status = statusAfter(stateOf(article), 'retract')
  const { id } = article
  const { slug, version } = await lastPublication(tx, article)
  const { content } = await readRevision(tx, id, version)
  await withdraw(tx, article, 'article.retracted', now)
  const { id: actor, name: actorName } = actorOf(caller)
  const correction = { kind: 'retraction', text: notice.reason, at: now, fromVersion: version, toVersion: version }
  await tx.insert(corrections).values({ id: newId(), article: id, actor, actorName, ...correction })
  await putRetraction(tx, { article: id, slug, headline: content.headline, at: now, ...notice })
  const retracted = { status, liveVersion: null, publishAt: null, embargoUntil: null }
  return saveTransition(tx, context, 'retract', article, retracted)
}

/**
 * Removes the edition of an article, or the notice of its retraction, and records a change of the type in the change log.
 * The change has the access attributes that the article had while it was live: by them partners learn of it, and cached
 * feeds that named the article end.
 */
export async function withdraw(
  tx: Writer,
  article: ArticleRow,
  type: Extract<ChangeType, `article.${string}`>,
  now: string,
): Promise<void> {
  const { id } = article
  const published = await lastPublication(tx, article)
  const previousAttributes = (await removeEdition(tx, id, now)) ?? (await lastAttributes(tx, id))
  await endPublication(tx, id, now)
  await recordChange(tx, { type, at: now, target: id, ...published, previousAttributes })
}
