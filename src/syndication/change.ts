/** The shapes in which the log is shown. */
import * as z from 'zod'
import { changeTypes } from '../changes/log.ts'
import { Article } from '../editions/article.ts'
import { Problem } from '../http/problems.ts'
import { Id, Slug, Timestamp } from '../lib/shapes.ts'

const Named = z.object({ id: Id, slug: Slug })

export const Change = z
  .object({
    seq: z.int().meta({ description: 'Its number in the log. Numbers follow the order of commits and have no gap.' }),
    type: z.enum(changeTypes).meta({ description: 'What happened, as a noun and a verb.' }),
    at: Timestamp,
    article: Named.extend({ version: z.int() }).optional(),
    gone: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the article is not to be had any more: drop it. Told of articles only.' }),
    edition: Article.nullable()
      .optional()
      .meta({ description: 'The article as it is now, or null; only with `include=edition`.' }),
    author: Named.optional(),
    source: Named.optional(),
    section: Named.optional(),
    tag: Named.optional(),
  })
  .meta({ id: 'Change', description: 'Something that altered what the world reads.' })

export const Expired = Problem.extend({
  snapshot: z.string().meta({ description: 'Where to begin anew.' }),
}).meta({ id: 'CursorExpired', description: 'The cursor leads nowhere any more.' })

export const ChangeList = z
  .object({
    data: z.array(Change),
    page: z.object({
      next: z.string().meta({ description: 'The cursor to go on from; always there.' }),
      hasMore: z.boolean(),
    }),
  })
  .meta({ id: 'ChangeList', description: 'A page of the log.' })

export const Snapshot = z
  .object({
    data: z.array(Article),
    page: z.object({
      next: z.string().nullable(),
      since: z.string().meta({ description: 'The cursor of the changes to go on from after the last page.' }),
    }),
  })
  .meta({ id: 'Snapshot', description: 'A page of all that is live.' })

export const Receipt = z
  .object({
    key: z.object({ id: z.string(), name: z.string() }),
    seq: z.int().nullable().meta({ description: 'The change up to which it has taken note; null for none.' }),
    at: Timestamp.nullable().meta({ description: 'When it said so.' }),
    behind: z.int().meta({ description: 'How many changes came after it.' }),
  })
  .meta({ id: 'Receipt', description: 'Up to where a key has taken note of the changes.' })
