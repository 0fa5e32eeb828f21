import { eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { evaluateLimits } from '../access/grants.ts'
import { type KeyRole, roles } from '../access/roles.ts'
import { attributesOfDraft } from '../articles/embargo-access/store.ts'
import { findArticle } from '../articles/store.ts'
import { changeTypes } from '../changes/log.ts'
import { liveAttributes } from '../editions/access-attributes.ts'
import { ByArticle } from '../editions/article.ts'
import { actor } from '../editions/article-parts.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { ProblemReply } from '../http/problems.ts'
import type { ZodTypes } from '../http/validation.ts'
import { timestamp } from '../lib/clock.ts'
import { invalidReferences } from '../lib/problem.ts'
import { Id, Timestamp } from '../lib/schemas.ts'
import { apiKeys } from '../storage/schema.ts'
import { articleReceipts } from './receipts.ts'
import type { SyndicationDeps } from './routes.ts'

const Key = z.object(actor).meta({ description: 'The key.' })

const Access = z
  .object({
    key: Key,
    allowed: z.boolean().meta({ description: 'Whether the key gets the article.' }),
    reasons: z
      .array(
        z.object({
          rule: z
            .enum(['live', 'valid', 'role', 'sections', 'tags', 'languages', 'usages'])
            .meta({ description: 'What was looked at.' }),
          met: z.boolean().meta({ description: 'Whether it allows the article.' }),
          granted: z
            .array(z.string())
            .meta({ description: 'What the grant names; empty for no limit.', examples: [[]] }),
          actual: z.array(z.string()).meta({ description: 'What the article has.', examples: [['published']] }),
        }),
      )
      .meta({ description: 'Every rule, and whether it is met.' }),
    advanceFrom: Timestamp.nullable().meta({
      description: 'When the key sees the scheduled article ahead of release.',
    }),
  })
  .meta({ id: 'ArticleAccess', description: 'Why a key gets an article, or does not.' })

const ArticleReceipts = z
  .object({
    change: z
      .object({
        seq: z.int().meta({ description: 'The number of the change.' }),
        type: z.enum(changeTypes).meta({ description: 'What happened.' }),
        at: Timestamp.meta({ description: 'When it happened.' }),
      })
      .nullable()
      .meta({ description: 'The last change of the article; null if there was none.' }),
    data: z
      .array(
        z.object({
          key: Key,
          noted: z.boolean().meta({ description: 'Whether the partner has acknowledged the change.' }),
          at: Timestamp.nullable().meta({ description: 'When it did.' }),
        }),
      )
      .meta({ description: 'The partners whom the change concerns.' }),
  })
  .meta({ id: 'ArticleReceipts', description: 'Which partners have acknowledged the last change of an article.' })

/** What editors ask of an article's way to partners. */
export function registerArticleAccess(server: FastifyInstance, { storage, clock }: SyndicationDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const db = storage.reader

  app.get(
    '/articles/:article/access',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'explainAccess',
        summary: 'Explain the access of a key to an article',
        description: 'Shows rule by rule why a key gets an article, or why it does not.',
        tags: ['Changes'],
        params: ByArticle,
        querystring: z.strictObject({ key: Id.meta({ description: 'The id of the key.' }) }),
        response: { 200: Access, 422: ProblemReply },
      },
    },
    async ({ params, query, caller }) => {
      const row = await findArticle(db, params.article, caller)
      const [key] = await db.select().from(apiKeys).where(eq(apiKeys.id, query.key))
      if (!key) throw invalidReferences([{ pointer: '/key', noun: 'key', ref: query.key }])
      const { id, name, grant, expiresAt } = key
      const permissions: readonly string[] = roles[key.role as KeyRole]
      const live = (await liveAttributes(db, [row.id])).get(row.id)
      const facts = live ?? (await attributesOfDraft(db, row))
      const actual = {
        sections: facts.sections ?? [],
        tags: facts.tags ?? [],
        languages: facts.language ? [facts.language] : [],
        usages: facts.usage ? [facts.usage] : [],
      }
      const reasons = [
        { rule: 'live' as const, met: live !== undefined, granted: [], actual: [row.status] },
        { rule: 'valid' as const, met: expiresAt === null || expiresAt > timestamp(clock), granted: [], actual: [] },
        { rule: 'role' as const, met: permissions.includes('changes:read'), granted: [], actual: [key.role] },
        ...(grant
          ? evaluateLimits(grant, facts).map(({ rule, met }) => {
              return { rule, met, granted: grant[rule], actual: actual[rule] }
            })
          : []),
      ]
      const covered = reasons.every(({ rule, met }) => met || rule === 'live')
      const lead = grant?.embargoLeadSeconds ?? 0
      const advanceFrom =
        covered && row.publishAt !== null && lead > 0
          ? new Date(Date.parse(row.publishAt) - lead * 1_000).toISOString()
          : null
      return { key: { id, name }, allowed: reasons.every(({ met }) => met), reasons, advanceFrom }
    },
  )

  app.get(
    '/articles/:article/receipts',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'listArticleReceipts',
        summary: 'List receipts for an article',
        description:
          'Shows which partners have acknowledged the last change of the article, such as a retraction. It lists the partners whom the change concerns.',
        tags: ['Changes'],
        params: ByArticle,
        querystring: NoQuery,
        response: { 200: ArticleReceipts },
      },
    },
    async ({ params, caller }) => {
      const { id } = await findArticle(db, params.article, caller, 'too')
      return articleReceipts(db, id, (await liveAttributes(db, [id])).get(id))
    },
  )
}
