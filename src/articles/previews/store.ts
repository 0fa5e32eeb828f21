import { and, eq, gt, lt } from 'drizzle-orm'
import { actorOf, type Caller } from '../../access/roles.ts'
import { type Clock, timestamp } from '../../lib/clock.ts'
import { newId } from '../../lib/id.ts'
import { notFound } from '../../lib/problem.ts'
import { formatToken, hashesEqual, hashSecret, parseToken, randomSecret } from '../../lib/random-secret.ts'
import { articles, previews } from '../../storage/schema.ts'
import type { Storage, Writer } from '../../storage/storage.ts'
import type { ArticleRow } from '../store.ts'

/**
 * Creates a preview that expires after `expiresIn` seconds, or with the key of its creator if that is earlier. The token
 * is given once: only a hash is stored.
 */
export async function createPreview(
  tx: Writer,
  { article, by, now, expiresIn }: { article: string; by: Caller; now: Date; expiresIn: number },
): Promise<{ id: string; token: string; expiresAt: string }> {
  const [id, secret] = [newId(), randomSecret()]
  const latest = new Date(now.getTime() + expiresIn * 1000).toISOString()
  const expiresAt = by.expiresAt !== null && by.expiresAt < latest ? by.expiresAt : latest
  const createdBy = actorOf(by).id
  const row = { id, article, secretHash: hashSecret(secret), createdBy, createdAt: now.toISOString(), expiresAt }
  await tx.insert(previews).values(row)
  return { id, token: formatToken(id, secret), expiresAt }
}

/** Deletes a preview of an article. Throws `not-found`. */
export async function deletePreview(tx: Writer, { id, article }: { id: string; article: string }): Promise<void> {
  const ofArticle = and(eq(previews.id, id), eq(previews.article, article))
  const deleted = await tx.delete(previews).where(ofArticle).returning({ id: previews.id })
  if (deleted.length === 0) throw notFound('preview')
}

/** The working copy that the token of a preview shows; undefined once the preview has expired or was revoked. */
export async function findPreviewed(
  { storage, clock }: { storage: Storage; clock: Clock },
  token: string,
): Promise<ArticleRow | undefined> {
  const parts = parseToken(token)
  if (!parts) return undefined
  const [row] = await storage.reader
    .select({ article: articles, secretHash: previews.secretHash })
    .from(previews)
    .innerJoin(articles, eq(articles.id, previews.article))
    .where(and(eq(previews.id, parts.id), gt(previews.expiresAt, timestamp(clock))))
  if (!row || row.article.deletedAt !== null) return undefined
  return hashesEqual(row.secretHash, hashSecret(parts.secret)) ? (row.article as ArticleRow) : undefined
}

/** Deletes the previews that have expired. */
export const sweepPreviews = ({ storage, clock }: { storage: Storage; clock: Clock }): Promise<void> =>
  storage.transaction(async (tx) => {
    await tx.delete(previews).where(lt(previews.expiresAt, timestamp(clock)))
  })
