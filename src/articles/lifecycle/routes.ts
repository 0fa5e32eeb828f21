import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../../access/write-context.ts'
import { Article, ByArticle } from '../../editions/article.ts'
import { ConditionalHeaders, NoQuery } from '../../http/common-schemas.ts'
import { ifMatch } from '../../http/conditional-requests.ts'
import type { ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { booleanParameter } from '../../lib/query-parameters.ts'
import { presentSaved } from '../presenter.ts'
import type { ArticleDeps } from '../routes.ts'
import { findArticle } from '../store.ts'
import { dryRun, dryRunPublication, PublicationDryRun } from './dry-run.ts'
import { runTransition, type Transition, transitions } from './transitions.ts'

const DryRunQuery = z.strictObject({
  dryRun: booleanParameter('Only say what publishing now would do; nothing is changed.'),
})

const ArticleOrDryRun = z.union([Article, PublicationDryRun])

/** A route for each transition. */
export function registerTransitions(server: FastifyInstance, deps: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  for (const transition of transitions) {
    const { name, summary, description, access, body, hasDryRun } = transition
    app.post(
      `/articles/:article/${name}`,
      {
        config: { access },
        schema: {
          operationId: `${name}Article`,
          summary,
          ...(description && { description }),
          tags: ['Articles'],
          params: ByArticle,
          headers: ConditionalHeaders.extend(idempotencyHeader),
          querystring: hasDryRun ? DryRunQuery : NoQuery,
          body,
          response: { 200: hasDryRun ? ArticleOrDryRun : Article },
        },
      },
      (request, reply) => {
        const { article } = request.params
        const isDryRun = 'dryRun' in request.query && request.query.dryRun
        return isDryRun
          ? answerDryRun(deps, transition, request, article)
          : answerTransition(deps, transition, request, reply, article)
      },
    )
  }
}

async function answerTransition(
  { clock, idempotent }: ArticleDeps,
  transition: Transition,
  request: FastifyRequest,
  reply: FastifyReply,
  reference: string,
): Promise<never> {
  const check = ifMatch(request)
  const context = writeContext(request, clock)
  return idempotent(request, reply, async (tx) => {
    const article = await findArticle(tx, reference, request.caller, transition.trashed)
    check(article.version)
    const saved = await runTransition(transition, tx, article, request.body, context)
    return { status: 200, version: saved.row.version, body: await presentSaved(tx, saved, request.caller) }
  })
}

function answerDryRun(
  { storage, clock }: ArticleDeps,
  transition: Transition,
  request: FastifyRequest,
  reference: string,
): Promise<PublicationDryRun> {
  const check = ifMatch(request)
  const context = writeContext(request, clock)
  return dryRun(storage, async (tx) => {
    const article = await findArticle(tx, reference, request.caller, transition.trashed)
    check(article.version)
    return dryRunPublication(tx, article, request.caller, () =>
      runTransition(transition, tx, article, request.body, context),
    )
  })
}
