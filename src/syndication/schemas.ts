/** The schemas of the changes, of the snapshot and of receipts, and their query parameters. */
import * as z from 'zod'
import { changeTypes } from '../changes/log.ts'
import { Article } from '../editions/article.ts'
import { actor } from '../editions/article-parts.ts'
import { problemExample } from '../http/openapi/problems.ts'
import { ProblemReply } from '../http/problems.ts'
import { enumList } from '../lib/query-parameters.ts'
import { Id, Slug, Timestamp } from '../lib/schemas.ts'

export const includeParameter = enumList(
  ['edition'],
  'What to add to each change: `edition`, the article as it is now.',
).optional()
export const sinceParameter = z
  .string()
  .max(500)
  .optional()
  .meta({ description: 'The cursor to continue from; the first change if left out.' })

const EntryReference = z.object({ id: Id, slug: Slug })

export const Change = z
  .object({
    seq: z.int().meta({
      description: 'The number of the change. Numbers follow the order of commits and have no gap.',
      examples: [4711],
    }),
    type: z.enum(changeTypes).meta({ description: 'What happened, as a noun and a verb.' }),
    at: Timestamp.meta({ description: 'When it happened.' }),
    article: EntryReference.extend({
      version: z.int().meta({ description: 'The version that is live.', examples: [3] }),
    })
      .optional()
      .meta({ description: 'The article that changed.' }),
    gone: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the article is not available any more: drop it. Only for articles.' }),
    edition: Article.nullable()
      .optional()
      .meta({ description: 'The article as it is now, or null; only with `include=edition`.' }),
    author: EntryReference.optional().meta({ description: 'The author that changed.' }),
    source: EntryReference.optional().meta({ description: 'The source that changed.' }),
    section: EntryReference.optional().meta({ description: 'The section that changed.' }),
    tag: EntryReference.optional().meta({ description: 'The tag that changed.' }),
    media: EntryReference.optional().meta({ description: 'The media that changed.' }),
    articles: z.array(EntryReference).optional().meta({
      description: 'With `media`: the live articles that refer to it. What is withdrawn or expired they show no more.',
    }),
  })
  .meta({
    id: 'Change',
    description: 'A change of what the public reads.',
    examples: [
      {
        seq: 4711,
        type: 'article.published',
        at: '2022-01-06T09:30:00.000Z',
        article: { id: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d', slug: 'harbour-bridge-reopens', version: 3 },
        gone: false,
      },
    ],
  })

export const CursorExpired = ProblemReply.extend({
  snapshot: z.string().meta({ description: 'The address to begin anew from.' }),
}).meta({
  id: 'CursorExpired',
  description: 'The cursor is too old, or of another key: begin anew with the snapshot.',
  examples: [problemExample('cursor-expired')],
})

export const ChangeList = z
  .object({
    data: z.array(Change).meta({ description: 'The changes, the oldest first.' }),
    page: z
      .object({
        next: z
          .string()
          .meta({ description: 'The cursor to continue from; always present.', examples: ['a2Q4Mm1aWzQ3MTFd'] }),
        hasMore: z.boolean().meta({ description: 'Whether there are more changes already.' }),
      })
      .meta({ description: 'Where to continue.' }),
  })
  .meta({ id: 'ChangeList', description: 'A page of the changes.' })

export const Snapshot = z
  .object({
    data: z.array(Article).meta({ description: 'Live articles, in the order of their ids.' }),
    page: z
      .object({
        next: z.string().nullable().meta({ description: 'The cursor of the next page; null on the last.' }),
        since: z.string().meta({
          description: 'The cursor of the changes to continue from after the last page.',
          examples: ['a2Q4Mm1aWzQ3MTFd'],
        }),
      })
      .meta({ description: 'Where to continue.' }),
  })
  .meta({ id: 'Snapshot', description: 'A page of all that is live.' })

export const Receipt = z
  .object({
    key: z.object(actor).meta({ description: 'The key of the partner.' }),
    seq: z.int().nullable().meta({ description: 'The number of the last change that it acknowledged; null for none.' }),
    at: Timestamp.nullable().meta({ description: 'When it acknowledged that.' }),
    behind: z.int().meta({ description: 'How many changes came after that.', examples: [2] }),
  })
  .meta({ id: 'Receipt', description: 'How far a key has acknowledged the changes.' })
