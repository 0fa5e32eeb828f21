/** The transitions that a request can ask for: their schemas, who may do them, and what they do. */
import * as z from 'zod'
import type { Permission } from '../../access/roles.ts'
import type { WriteContext } from '../../access/write-context.ts'
import { Moment, prose, Reference } from '../../lib/schemas.ts'
import type { Writer } from '../../storage/storage.ts'
import { resolver } from '../reference-resolver.ts'
import { addRevisionNote } from '../revisions/store.ts'
import type { ArticleRow, SavedArticle } from '../store.ts'
import { mediaRemarks } from './media-remarks.ts'
import { publish } from './publish.ts'
import { schedule, unschedule } from './schedule.ts'
import { moveForReview } from './state.ts'
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
    embargoUntil: Moment.nullish().meta({
      description:
        'The time before which it must not go live; without `at` it goes live then. An embargo that it has already stays if this is left out; null ends it.',
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

export interface Transition<Body extends z.ZodType = z.ZodType> {
  name: string
  summary: string
  description?: string
  access: Permission
  body: Body
  trashed?: 'only'
  /** Whether the route takes `dryRun=true`. */
  hasDryRun?: true
  run(tx: Writer, article: ArticleRow, body: z.output<Body>, context: WriteContext): Promise<SavedArticle>
}

/** Infers the type of the body, which the list then forgets. */
const transition = <Body extends z.ZodType>(one: Transition<Body>): Transition => one

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
      if (at === undefined && !embargoUntil)
        return publish(tx, article, context, { endsEmbargo: embargoUntil === null })
      const row = await schedule(tx, article, { at, embargoUntil }, context)
      return { row, remarks: await mediaRemarks(tx, row.content, row.publishAt ?? context.now) }
    },
  }),
  transition({
    name: 'unpublish',
    summary: 'Unpublish an article',
    description: 'Takes the live edition off the site, and cancels what is scheduled. The working copy stays.',
    access: 'content:write',
    body: Note.optional(),
    run: async (tx, article, _body, context) => ({ row: await unpublish(tx, article, context) }),
  }),
  transition({
    name: 'unschedule',
    summary: 'Unschedule an article',
    description: 'Cancels what is scheduled. What is live stays live.',
    access: 'content:write',
    body: Note.optional(),
    run: async (tx, article, _body, context) => ({ row: await unschedule(tx, article, context) }),
  }),
  transition({
    name: 'submit',
    summary: 'Submit an article',
    description: 'Asks editors to review the working copy: its status becomes `in-review`.',
    access: 'drafts:write',
    body: Note.optional(),
    run: async (tx, article, _body, context) => ({ row: await moveForReview('submit')(tx, article, context) }),
  }),
  transition({
    name: 'return',
    summary: 'Return an article',
    description: 'Sends the working copy back from review: its status becomes what it was before.',
    access: 'content:write',
    body: Note.optional(),
    run: async (tx, article, _body, context) => ({ row: await moveForReview('return')(tx, article, context) }),
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
      return { row: await retract(tx, article, { reason, replacement: replacementId }, context) }
    },
  }),
  transition({
    name: 'restore',
    summary: 'Restore an article',
    description: 'Brings the article back from the trash as a working copy.',
    access: 'content:write',
    body: Note.optional(),
    trashed: 'only',
    run: async (tx, article, _body, context) => ({ row: await restore(tx, article, context) }),
  }),
]

/** Does a transition. A note in the body is added to the present revision. */
export async function runTransition(
  { run }: Transition,
  tx: Writer,
  article: ArticleRow,
  body: unknown,
  context: WriteContext,
): Promise<SavedArticle> {
  await addRevisionNote(tx, article, (body as z.output<typeof Note> | undefined)?.note)
  return run(tx, article, body, context)
}
