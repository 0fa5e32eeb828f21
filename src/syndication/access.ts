/** Why a key can read an article, or cannot. */
import { evaluateLimits, type GrantLimit } from '../access/grants.ts'
import { type KeyRole, roles } from '../access/roles.ts'
import { attributesOfDraft } from '../articles/embargo-access/store.ts'
import type { ArticleRow } from '../articles/store.ts'
import { liveAttributes } from '../editions/access-attributes.ts'
import { readKey } from '../keys/store.ts'
import { Problem } from '../lib/problem.ts'
import type { Reader } from '../storage/storage.ts'
import type { ArticleAccess } from './access-schemas.ts'

/**
 * Evaluates every rule that decides whether a key can read an article, with what the key is granted and what the article
 * has. Throws `invalid-reference` if there is no such key.
 */
export async function explainAccess(
  db: Reader,
  article: ArticleRow,
  keyId: string,
  now: string,
): Promise<ArticleAccess> {
  const key = await readKey(db, keyId)
  if (!key) throw unknownKey(keyId)
  const { id, name, grant, expiresAt } = key
  const permissions: readonly string[] = roles[key.role as KeyRole]
  const live = (await liveAttributes(db, [article.id])).get(article.id)
  const attributes = live ?? (await attributesOfDraft(db, article))
  const actual: Record<GrantLimit, string[]> = {
    sections: attributes.sections ?? [],
    tags: attributes.tags ?? [],
    languages: attributes.language ? [attributes.language] : [],
    usages: attributes.usage ? [attributes.usage] : [],
  }
  const reasons = [
    { rule: 'live' as const, met: live !== undefined, granted: [], actual: [article.status] },
    { rule: 'valid' as const, met: expiresAt === null || expiresAt > now, granted: [], actual: [] },
    { rule: 'role' as const, met: permissions.includes('changes:read'), granted: [], actual: [key.role] },
    ...(grant
      ? evaluateLimits(grant, attributes).map(({ rule, met }) => {
          return { rule, met, granted: grant[rule], actual: actual[rule] }
        })
      : []),
  ]
  const isGrantedWhenLive = reasons.every(({ rule, met }) => met || rule === 'live')
  const leadSeconds = grant?.embargoLeadSeconds ?? 0
  const advanceFrom =
    isGrantedWhenLive && article.publishAt !== null && leadSeconds > 0
      ? new Date(Date.parse(article.publishAt) - leadSeconds * 1_000).toISOString()
      : null
  return { key: { id, name }, allowed: reasons.every(({ met }) => met), reasons, advanceFrom }
}

function unknownKey(id: string): Problem {
  const message = `names no key: "${id}"`
  const errors = [{ in: 'query' as const, pointer: '/key', code: 'invalid_reference', message }]
  return new Problem('invalid-reference', `key ${message}`, { errors })
}
