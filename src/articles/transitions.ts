import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { Article } from '../editions/article.ts'
import { ifMatch } from '../http/caching.ts'
import { Conditional, NoQuery } from '../http/parameters.ts'
import type { ZodTypes } from '../http/zod.ts'
import { idempotencyHeader } from '../idempotency/once.ts'
import { type Act, actOf } from '../lib/act.ts'
import { flag } from '../lib/names.ts'
import type { Permission } from '../lib/roles.ts'
import { Moment, prose, Reference } from '../lib/shapes.ts'
import type { Writer } from '../storage/storage.ts'
import { move, publish, retract, schedule, unpublish, unschedule, untrash } from './publish.ts'
import { resolver } from './references.ts'
import { Rehearsal, rehearse, rehearsePublication } from './rehearsal.ts'
import { annotate } from './revisions.ts'
import { type ArticleDeps, ByArticle } from './routes.ts'
import { type ArticleRow, findArticle } from './store.ts'
import { view } from './view.ts'

const Note = z
  .strictObject({ note: prose(2_000).nullish().meta({ description: 'Kept with the revision.' }) })
  .meta({ id: 'Note', description: 'Why.', examples: [{ note: 'Checked with the harbour office.' }] })

const Publication = z
  .strictObject({
    at: Moment.optional().meta({ description: 'When it goes live; at once if left out.' }),
    embargoUntil: Moment.optional().meta({
      description: 'It does not go live before; without `at` it goes live then.',
    }),
    note: Note.shape.note,
  })
  .meta({
    id: 'Publication',
    description: 'When an article goes live.',
    examples: [{ at: '2030-01-31T06:00:00Z', note: 'For the morning.' }],
  })

const RetractionInput = z
  .strictObject({
    reason: prose(5_000).meta({ description: 'Shown to everyone who asks for the article.' }),
    replacement: Reference.nullish().meta({ description: 'The article to read instead.' }),
  })
  .meta({
    id: 'RetractionInput',
    description: 'Why an article is taken back.',
    examples: [{ reason: 'It was wrong.' }],
  })

const Rehearsing = z.strictObject({
  dryRun: flag('Only say what publishing now would do; nothing is changed.'),
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
  go(tx: Writer, article: ArticleRow, body: z.output<Body>, act: Act): Promise<ArticleRow>
}

const transition = <Body extends z.ZodType>(one: Transition<Body>): Transition<z.ZodType> => one

/** Every transition there is, whatever the request it comes in. */
export const transitions = [
  transition({
    name: 'publish',
    summary: 'Make the working copy live, now or at a time',
    description:
      'With `at` or `embargoUntil` it goes live then, by itself, with what the working copy says then; the public finds nothing of it before.',
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
    summary: 'Take the article off the site',
    description: 'What is scheduled is called off with it. The working copy stays.',
    access: 'content:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => unpublish(tx, article, act),
  }),
  transition({
    name: 'unschedule',
    summary: 'Call off what is scheduled',
    description: 'What is live stays live.',
    access: 'content:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => unschedule(tx, article, act),
  }),
  transition({
    name: 'submit',
    summary: 'Ask for review',
    access: 'drafts:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => move('submit')(tx, article, act),
  }),
  transition({
    name: 'return',
    summary: 'Send the draft back from review',
    access: 'content:write',
    body: Note.optional(),
    go: (tx, article, _body, act) => move('return')(tx, article, act),
  }),
  transition({
    name: 'retract',
    summary: 'Take the article back for good',
    description:
      'Whoever asks for it is answered 410 with the reason, and with the article to read instead if there is one. It vanishes from lists and from the related links of others.',
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
    summary: 'Bring the article back from the trash',
    access: 'content:write',
    body: Note.optional(),
    trashed: 'only',
    go: (tx, article, _body, act) => untrash(tx, article, act),
  }),
]

/** Moves an article, and keeps the note that says why, where there is one. */
export async function perform(
  { go }: (typeof transitions)[number],
  tx: Writer,
  article: ArticleRow,
  body: unknown,
  act: Act,
): Promise<ArticleRow> {
  await annotate(tx, article, (body as z.output<typeof Note> | undefined)?.note)
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
          response: { 200: rehearsed ? z.union([Article, Rehearsal]) : Article },
        },
      },
      async (request, reply) => {
        const check = ifMatch(request)
        const act = actOf(request, clock)
        if ('dryRun' in request.query && request.query.dryRun)
          return rehearse(storage, async (tx) => {
            const article = await findArticle(tx, request.params.article, request.caller, trashed)
            check(article.version)
            return rehearsePublication(tx, article, request.caller, () =>
              perform(transition, tx, article, request.body, act),
            )
          })
        try {
          return await once(request, reply, async (tx) => {
            const article = await findArticle(tx, request.params.article, request.caller, trashed)
            check(article.version)
            const row = await perform(transition, tx, article, request.body, act)
            return { status: 200, version: row.version, body: await view(tx, row, request.caller) }
          })
        } finally {
          await releases.look()
        }
      },
    )
  }
}
