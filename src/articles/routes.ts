import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../access/roles.ts'
import { writeContext } from '../access/write-context.ts'
import type { BodyTasksOf } from '../body-tasks/tasks.ts'
import { Article, ByArticle } from '../editions/article.ts'
import { requireAdmin } from '../http/access.ts'
import { ConditionalHeaders, DeletionQuery, NoContent } from '../http/common-schemas.ts'
import { ifMatch } from '../http/conditional-requests.ts'
import { type Sent, sendNoContent } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import type { Clock } from '../lib/clock.ts'
import { booleanParameter } from '../lib/query-parameters.ts'
import type { Storage } from '../storage/storage.ts'
import { createCommand, type PublishScope, patchCommand, publishScope, requirePublisher } from './commands.ts'
import { deletePermanently, trash } from './lifecycle/trash.ts'
import { presentSaved } from './presenter.ts'
import type { MayBackdate } from './publication-dates.ts'
import { articlePatchReader, newArticleReader } from './request-readers.ts'
import { ArticlePatch, NewArticle } from './schemas.ts'
import { findArticle } from './store.ts'

export interface ArticleDeps {
  storage: Storage
  clock: Clock
  idempotent: IdempotentRun
  mayBackdate: MayBackdate
  bodyTasksOf: BodyTasksOf
  /** The URL of the service as clients see it, without a trailing slash; empty if it is not configured. */
  publicUrl: string
}

const CreateQuery = z.strictObject({
  publish: booleanParameter('Publish the article in the same request; for editors.'),
})

const PatchQuery = z.strictObject({
  publish: z
    .union([booleanParameter('Publish the working copy.'), z.literal('changes')], {
      error: 'must be true, false or changes',
    })
    .meta({
      description:
        'For editors. `true` publishes the whole working copy, earlier unpublished changes among it; `warnings` then names those. `changes` publishes only what this request changes: earlier changes stay unpublished, and what is scheduled stays scheduled. It is 409 where the request changes what they have changed.',
    }),
})

const tags = ['Articles']

/** The writes of articles. `registerLists` and `registerEditions` have the reads. */
export function registerArticles(server: FastifyInstance, deps: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.post(
    '/articles',
    {
      config: {
        access: 'drafts:write',
        readLargeBody: ({ caller }, bytes) => deps.bodyTasksOf(caller).readRequest(bytes, newArticleReader),
      },
      schema: {
        operationId: 'createArticle',
        summary: 'Create an article',
        description:
          'Creates a working copy, which only editors and its creator can see until it is published. A body in Markdown, HTML or plain text becomes blocks; `warnings` says what was left out.',
        tags,
        headers: Idempotent,
        querystring: CreateQuery,
        body: NewArticle,
        response: { 201: Article },
      },
    },
    (request, reply) => createOne(deps, request, reply, request.body, request.query),
  )

  app.patch(
    '/articles/:article',
    {
      config: {
        access: 'drafts:write',
        readLargeBody: ({ caller }, bytes) => deps.bodyTasksOf(caller).readRequest(bytes, articlePatchReader),
      },
      schema: {
        operationId: 'updateArticle',
        summary: 'Update an article',
        description:
          'A JSON merge patch (RFC 7396) of the working copy, saved as a revision: `null` clears, what is absent stays, arrays replace. What is live stays as it is until the working copy is published.',
        tags,
        params: ByArticle,
        headers: ConditionalHeaders,
        querystring: PatchQuery,
        body: ArticlePatch,
        response: { 200: Article },
      },
    },
    (request, reply) => {
      const { params, body, query } = request
      return patchOne(deps, request, reply, { reference: params.article, patch: body, query })
    },
  )

  app.delete(
    '/articles/:article',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'deleteArticle',
        summary: 'Delete an article',
        description: 'Takes the article off the site and moves it to the trash, from which it can be restored.',
        tags,
        params: ByArticle,
        headers: ConditionalHeaders,
        querystring: DeletionQuery,
        response: { 204: NoContent },
      },
    },
    (request, reply) => deleteOne(deps, request, reply, request.params.article, request.query),
  )
}

async function createOne(
  { clock, idempotent, mayBackdate, bodyTasksOf }: ArticleDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  input: NewArticle,
  { publish }: z.output<typeof CreateQuery>,
): Promise<never> {
  const isLive = scopeOf(publish, request.caller) === 'all'
  const { run } = await createCommand(input, { isLive, mayBackdate, ...bodyTasksOf(request.caller) })
  return idempotent(request, reply, async (tx) => {
    const saved = await run(tx, writeContext(request, clock))
    const { id, version } = saved.row
    return {
      status: 201,
      location: `/v1/articles/${id}`,
      version,
      body: await presentSaved(tx, saved, request.caller),
    }
  })
}

async function patchOne(
  { storage, clock, mayBackdate, bodyTasksOf }: ArticleDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { reference, patch, query }: { reference: string; patch: ArticlePatch; query: z.output<typeof PatchQuery> },
): Promise<Article> {
  const scope = scopeOf(query.publish, request.caller)
  const options = { publishScope: scope, mayBackdate, check: ifMatch(request), ...bodyTasksOf(request.caller) }
  const { run } = await patchCommand(reference, patch, options)
  const saved = await storage.transaction((tx) => run(tx, writeContext(request, clock)))
  reply.version = saved.row.version
  return presentSaved(storage.reader, saved, request.caller)
}

async function deleteOne(
  { storage, clock }: ArticleDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  reference: string,
  { permanent }: z.output<typeof DeletionQuery>,
): Promise<Sent> {
  if (permanent) requireAdmin(request.caller)
  const check = ifMatch(request)
  await storage.transaction(async (tx) => {
    const article = await findArticle(tx, reference, request.caller, permanent ? 'too' : 'no')
    check(article.version)
    await (permanent ? deletePermanently : trash)(tx, article, writeContext(request, clock))
  })
  return sendNoContent(reply)
}

/** The scope of a `publish` parameter. Throws `forbidden` for a caller who may not publish. */
function scopeOf(publish: boolean | 'changes', caller: Caller): PublishScope {
  if (publish !== false) requirePublisher(caller)
  return publishScope[`${publish}`]
}
