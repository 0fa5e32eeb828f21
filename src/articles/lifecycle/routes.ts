import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Permission } from '../../access/roles.ts'
import { type WriteContext, writeContext } from '../../access/write-context.ts'
import { Article, ByArticle } from '../../editions/article.ts'
import { ifMatch } from '../../http/caching.ts'
import { ConditionalHeaders, NoQuery } from '../../http/common-schemas.ts'
import type { ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { booleanParameter } from '../../lib/query-parameters.ts'
import { Moment, prose, Reference } from '../../lib/schemas.ts'
import type { Writer } from '../../storage/storage.ts'
import { presentArticle } from '../presenter.ts'
import { resolver } from '../reference-resolver.ts'
import { addRevisionNote } from '../revisions/store.ts'
import type { ArticleDeps } from '../routes.ts'
import { type ArticleRow, findArticle } from '../store.ts'
import { dryRun, dryRunPublication, PublicationDryRun } from './dry-run.ts'
import { publish } from './publish.ts'
import { schedule, unschedule } from './schedule.ts'
import { moveForReview } from './transition.ts'
import { restore } from './trash.ts'
import { retract, unpublish } from './withdraw.ts'

const Note = z
  .strictObject({ note: prose(2_000).nullish().meta({ description: 'Why; stored with the revision.' }) })
  .meta({
    id: 'Note',
    description: 'Why something was done.',
    examples: [{ note: 'Checked with the harbour office.' }],
  })

const Publication = z
  .strictObject({
    at: Moment.optional().meta({ description: 'When it goes live, in the future; at once if left out.' }),
    embargoUntil: Moment.optional().meta({
      description: 'The time before which it must not go live; without `at` it goes live then.',
    }),
    note: Note.shape.note,
  })
  .meta({
    id: 'Publication',
    description: 'When an article goes live; at once if all is left out.',
    examples: [{ note: 'Checked with the harbour office.' }],
  })

const RetractionInput = z
  .strictObject({
    reason: prose(5_000).meta({ description: 'The notice that everyone reads who asks for the article.' }),
    replacement: Reference.nullish().meta({ description: 'The article to read instead.' }),
  })
  .meta({
    id: 'RetractionInput',
    description: 'Why an article is retracted.',
    examples: [{ reason: 'The report rested on a forged document.' }],
  })

const DryRunQuery = z.strictObject({
  dryRun: booleanParameter('Only say what publishing now would do; nothing is changed.'),
})

interface Transition<Body extends z.ZodType> {
  name: string
  summary: string
  description?: string
  access: Permission
  body: Body
  trashed?: 'only'
  /** Whether the route takes `dryRun=true`. */
  hasDryRun?: true
  /** Does the transition; gives the article after it. */
  run(tx: Writer, article: ArticleRow, body: z.output<Body>, context: WriteContext): Promise<ArticleRow>
}

/** Infers the type of the body, which the list then forgets. */
const transition = <Body extends z.ZodType>(one: Transition<Body>): Transition<z.ZodType> => one

/** All transitions, for routes of their own and for lines of a bulk request. */
export const transitions = [
  transition({
    name: 'publish',
    summary: 'Publish an article',
    description:
      'Makes the working copy the live edition, at once or at a time: with `at` or `embargoUntil` it goes live then, as the working copy is then, and the public sees nothing of it before. No body is needed to publish at once.',
    access: 'content:write',
    body: Publication.optional(),
    hasDryRun: true,
    async run(tx, article, body, context) {
      const { at, embargoUntil } = body ?? {}
      if (at === undefined && embargoUntil === undefined) return publish(tx, article, context)
      return schedule(tx, article, { at, embargoUntil }, context)
    },
  }),
  transition({
    name: 'unpublish',
    summary: 'Unpublish an article',
    description: 'Takes the live edition off the site, and cancels what is scheduled. The working copy stays.',
    access: 'content:write',
    body: Note.optional(),
    run: (tx, article, _body, context) => unpublish(tx, article, context),
  }),
  transition({
    name: 'unschedule',
    summary: 'Unschedule an article',
    description: 'Cancels what is scheduled. What is live stays live.',
    access: 'content:write',
    body: Note.optional(),
    run: (tx, article, _body, context) => unschedule(tx, article, context),
  }),
  transition({
    name: 'submit',
    summary: 'Submit an article',
    description: 'Asks editors to review the working copy: its status becomes `in-review`.',
    access: 'drafts:write',
    body: Note.optional(),
    run: (tx, article, _body, context) => moveForReview('submit')(tx, article, context),
  }),
  transition({
    name: 'return',
    summary: 'Return an article',
    description: 'Sends the working copy back from review: its status becomes what it was before.',
    access: 'content:write',
    body: Note.optional(),
    run: (tx, article, _body, context) => moveForReview('return')(tx, article, context),
  }),
  transition({
    name: 'retract',
    summary: 'Retract an article',
    description:
      'Takes the article back for good. Reads are answered with 410, the reason, and the replacement if there is one. It is removed from lists and from the related links of others.',
    access: 'content:write',
    body: RetractionInput,
    async run(tx, article, { reason, replacement }, context) {
      const resolve = resolver(tx, context.caller)
      const replacementId = await resolve.maybe('article', replacement, ['replacement'])
      resolve.check()
      return retract(tx, article, { reason, replacement: replacementId }, context)
    },
  }),
  transition({
    name: 'restore',
    summary: 'Restore an article',
    description: 'Brings the article back from the trash as a working copy.',
    access: 'content:write',
    body: Note.optional(),
    trashed: 'only',
    run: (tx, article, _body, context) => restore(tx, article, context),
  }),
]

/** Does a transition. A note in the body is added to the present revision. */
export async function runTransition(
  { run: go }: (typeof transitions)[number],
  tx: Writer,
  article: ArticleRow,
  body: unknown,
  context: WriteContext,
): Promise<ArticleRow> {
  await addRevisionNote(tx, article, (body as z.output<typeof Note> | undefined)?.note)
  return go(tx, article, body, context)
}

/** A route for each transition. */
export function registerTransitions(server: FastifyInstance, { storage, clock, releases, once }: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  for (const transition of transitions) {
    const { name, summary, description, access, body, trashed, hasDryRun: rehearsed } = transition
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
          querystring: rehearsed ? DryRunQuery : NoQuery,
          body,
          response: { 200: rehearsed ? z.union([Article, PublicationDryRun]) : Article },
        },
      },
      async (request, reply) => {
        const check = ifMatch(request)
        const context = writeContext(request, clock)
        if ('dryRun' in request.query && request.query.dryRun)
          return dryRun(storage, async (tx) => {
            const article = await findArticle(tx, request.params.article, request.caller, trashed)
            check(article.version)
            return dryRunPublication(tx, article, request.caller, () =>
              runTransition(transition, tx, article, request.body, context),
            )
          })
        try {
          return await once(request, reply, async (tx) => {
            const article = await findArticle(tx, request.params.article, request.caller, trashed)
            check(article.version)
            const row = await runTransition(transition, tx, article, request.body, context)
            return { status: 200, version: row.version, body: await presentArticle(tx, row, request.caller) }
          })
        } finally {
          await releases.refresh()
        }
      },
    )
  }
}
