import { eq } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { factsOfDraft } from '../articles/advance.ts'
import { ByArticle } from '../articles/routes.ts'
import { findArticle } from '../articles/store.ts'
import { changeTypes } from '../changes/log.ts'
import { liveFacts } from '../editions/facts.ts'
import { NoQuery } from '../http/parameters.ts'
import { Problem } from '../http/problems.ts'
import type { ZodTypes } from '../http/zod.ts'
import { timestamp } from '../lib/clock.ts'
import { limitsOf } from '../lib/grant.ts'
import { invalidReferences } from '../lib/problem.ts'
import { type KeyRole, roles } from '../lib/roles.ts'
import { Id, Timestamp } from '../lib/shapes.ts'
import { apiKeys } from '../storage/schema.ts'
import { receiptsFor } from './receipts.ts'
import type { SyndicationDeps } from './routes.ts'

const KeyName = z.object({ id: z.string(), name: z.string() })

const Access = z
  .object({
    key: KeyName,
    allowed: z.boolean(),
    reasons: z.array(
      z.object({
        rule: z.enum(['live', 'valid', 'role', 'sections', 'tags', 'languages', 'usages']),
        met: z.boolean(),
        granted: z.array(z.string()).meta({ description: 'What the grant names; empty for no limit.' }),
        actual: z.array(z.string()).meta({ description: 'What the article has.' }),
      }),
    ),
    advanceFrom: Timestamp.nullable().meta({
      description: 'When the key sees the scheduled article ahead of release.',
    }),
  })
  .meta({ id: 'ArticleAccess', description: 'Why a key does or does not get an article.' })

const ArticleReceipts = z
  .object({
    change: z.object({ seq: z.int(), type: z.enum(changeTypes), at: Timestamp }).nullable(),
    data: z.array(z.object({ key: KeyName, noted: z.boolean(), at: Timestamp.nullable() })),
  })
  .meta({ id: 'ArticleReceipts', description: 'Which partners have taken note of the last change of an article.' })

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
        summary: 'See why a key does or does not get an article',
        tags: ['Changes'],
        params: ByArticle,
        querystring: z.strictObject({ key: Id }),
        response: { 200: Access, 422: Problem },
      },
    },
    async ({ params, query, caller }) => {
      const row = await findArticle(db, params.article, caller)
      const [key] = await db.select().from(apiKeys).where(eq(apiKeys.id, query.key))
      if (!key) throw invalidReferences([{ pointer: '/key', noun: 'key', ref: query.key }])
      const { id, name, grant, expiresAt } = key
      const permissions: readonly string[] = roles[key.role as KeyRole]
      const live = (await liveFacts(db, [row.id])).get(row.id)
      const facts = live ?? (await factsOfDraft(db, row))
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
          ? limitsOf(grant, facts).map(({ rule, met }) => {
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
        summary: 'See which partners have taken note of the last change of an article',
        description: 'Above all of a retraction. It lists the partners whom the change concerns.',
        tags: ['Changes'],
        params: ByArticle,
        querystring: NoQuery,
        response: { 200: ArticleReceipts },
      },
    },
    async ({ params, caller }) => {
      const { id } = await findArticle(db, params.article, caller, 'too')
      return receiptsFor(db, id, (await liveFacts(db, [id])).get(id))
    },
  )
}
