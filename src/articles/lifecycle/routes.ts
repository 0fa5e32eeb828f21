import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Permission } from '../../access/roles.ts'
import { type WriteContext, writeContext } from '../../access/write-context.ts'
import { Article, ByArticle } from '../../editions/article.ts'
import { ifMatch } from '../../http/caching.ts'
import { Conditional, NoQuery } from '../../http/common-schemas.ts'
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

const Rehearsing = z.strictObject({
  dryRun: booleanParameter('Only say what publishing now would do; nothing is changed.'),
})

interface Transition<Body extends z.ZodType> {
  name: string
  summary: string
  description?: string
  access: Permission
  body: Body
  trashed?: 'only'
  /** Whether `dryRun=true` can ask what it would do. */
  rehearsed?: true
  /** Does it; gives the article as it is then. */
  go(tx: Writer, article: ArticleRow, body: z.output<Body>, act: WriteContext): Promise<ArticleRow>
}

const transition = <Body extends z.ZodType>(one: Transition<Body>): Transition<z.ZodType> => one

/** Every transition there is, whatever the request it comes in. */
export const transitions = [
  transition({
    name: 'publish',
    summary: 'Publish an article',
    description:
      'Makes the working copy the live edition, at once or at a time: with `at` or `embargoUntil` it goes live then, as the working copy is then, and the public sees nothing of it before. No body is needed to publish at once.',
    access: 'content:write',
    body: Publication.optional(),
    rehearsed: true,
    async go(tx, article, body, act) {
      const { at, embargoUntil } = body ?? {}
      if (at === undefined && embargoUntil === undefined) return publish(tx, article, act)
      return schedule(tx, article, { at, embargoUntil }, act)
    },
  }),
  transition({
    name: 'unpublish',
    summary: 'Unpublish an article',
    description: 'Takes the live edition off the site, and cancels what is scheduled. The working copy stays.',
    access: 'content:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => unpublish(tx, article, act),
  }),
  transition({
    name: 'unschedule',
    summary: 'Unschedule an article',
    description: 'Cancels what is scheduled. What is live stays live.',
    access: 'content:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => unschedule(tx, article, act),
  }),
  transition({
    name: 'submit',
    summary: 'Submit an article',
    description: 'Asks editors to review the working copy: its status becomes `in-review`.',
    access: 'drafts:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => moveForReview('submit')(tx, article, act),
  }),
  transition({
    name: 'return',
    summary: 'Return an article',
    description: 'Sends the working copy back from review: its status becomes what it was before.',
    access: 'content:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => moveForReview('return')(tx, article, act),
  }),
  transition({
    name: 'retract',
    summary: 'Retract an article',
    description:
      'Takes the article back for good. Reads are answered with 410, the reason, and the replacement if there is one. It is removed from lists and from the related links of others.',
    access: 'content:write',
    body: RetractionInput,
    async go(tx, article, { reason, replacement }, act) {
      const resolve = resolver(tx, act.caller)
      const instead = await resolve.maybe('article', replacement, ['replacement'])
      resolve.check()
      return retract(tx, article, { reason, replacement: instead }, act)
    },
  }),
  transition({
    name: 'restore',
    summary: 'Restore an article',
    description: 'Brings the article back from the trash as a working copy.',
    access: 'content:write',
    body: Note.optional(),
    trashed: 'only',
    go: (tx, article, _body, act) => restore(tx, article, act),
  }),
]

/** Moves an article, and keeps the note that says why, where there is one. */
export async function perform(
  { go }: (typeof transitions)[number],
  tx: Writer,
  article: ArticleRow,
  body: unknown,
  act: WriteContext,
): Promise<ArticleRow> {
  await addRevisionNote(tx, article, (body as z.output<typeof Note> | undefined)?.note)
  return go(tx, article, body, act)
}

/** What moves an article from state to state. */
export function registerTransitions(server: FastifyInstance, { storage, clock, releases, once }: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  for (const transition of transitions) {
    const { name, summary, description, access, body, trashed, rehearsed } = transition
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
          headers: Conditional.extend(idempotencyHeader),
          querystring: rehearsed ? Rehearsing : NoQuery,
          body,
          response: { 200: rehearsed ? z.union([Article, PublicationDryRun]) : Article },
        },
      },
      async (request, reply) => {
        const check = ifMatch(request)
        const act = writeContext(request, clock)
        if ('dryRun' in request.query && request.query.dryRun)
          return dryRun(storage, async (tx) => {
            const article = await findArticle(tx, request.params.article, request.caller, trashed)
            check(article.version)
            return dryRunPublication(tx, article, request.caller, () =>
              perform(transition, tx, article, request.body, act),
            )
          })
        try {
          return await once(request, reply, async (tx) => {
            const article = await findArticle(tx, request.params.article, request.caller, trashed)
            check(article.version)
            const row = await perform(transition, tx, article, request.body, act)
            return { status: 200, version: row.version, body: await presentArticle(tx, row, request.caller) }
          })
        } finally {
          await releases.look()
        }
      },
    )
  }
}
