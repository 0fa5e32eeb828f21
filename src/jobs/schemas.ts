import * as z from 'zod'
import { Id, Timestamp } from '../lib/schemas.ts'

/** The kinds of work that run as jobs. */
export const jobKinds = ['backup', 'reassignment'] as const
export type JobKind = (typeof jobKinds)[number]

/** The states of a job. Those after `running` are final. */
export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

/** A job in replies. */
export const JobReply = z
  .object({
    id: Id,
    kind: z.enum(jobKinds).meta({ description: 'What it does.' }),
    state: z.enum(jobStates).meta({ description: 'Whether it waits, runs, or how it ended.' }),
    progress: z
      .object({
        done: z.int().meta({ description: 'How much is done.', examples: [1200] }),
        total: z.int().meta({ description: 'How much there is to do; 0 while that is not known.', examples: [5600] }),
      })
      .meta({
        description:
          'How far it is, in units of its kind: a backup counts pages of the database, a reassignment articles.',
      }),
    report: z
      .looseObject({
        error: z
          .string()
          .optional()
          .meta({ description: 'Why it failed.', examples: ['the process that did it has ended'] }),
      })
      .nullable()
      .meta({
        description:
          'The result; null until it has ended. A backup has `file`, `bytes`, and `change`, the number of the last change that is in it; a reassignment has `articles`, the number of those that it has changed.',
      }),
    createdBy: z
      .string()
      .meta({ description: 'The id of the key that began it, or `schedule`.', examples: ['schedule'] }),
    createdAt: Timestamp.meta({ description: 'When it was begun.' }),
    finishedAt: Timestamp.nullable().meta({ description: 'When it ended; null before.' }),
  })
  .meta({ id: 'Job', description: 'Long work that goes on after the reply.' })
export type JobReply = z.infer<typeof JobReply>
