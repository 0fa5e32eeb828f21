/** The schemas of what editors see of the access of partners to an article. */
import * as z from 'zod'
import { changeTypes } from '../changes/log.ts'
import { actor } from '../editions/article-parts.ts'
import { Timestamp } from '../lib/schemas.ts'

const Key = z.object(actor).meta({ description: 'The key.' })

export const ArticleAccess = z
  .object({
    key: Key,
    allowed: z.boolean().meta({ description: 'Whether the key can read the article.' }),
    reasons: z
      .array(
        z.object({
          rule: z
            .enum(['live', 'valid', 'role', 'sections', 'tags', 'languages', 'usages'])
            .meta({ description: 'What was checked.' }),
          met: z.boolean().meta({ description: 'Whether it allows the article.' }),
          granted: z
            .array(z.string())
            .meta({ description: 'What the grant names; empty for no limit.', examples: [[]] }),
          actual: z.array(z.string()).meta({ description: 'What the article has.', examples: [['published']] }),
        }),
      )
      .meta({ description: 'Every rule, and whether it is met.' }),
    advanceFrom: Timestamp.nullable().meta({
      description: 'When the key sees the scheduled article ahead of release.',
    }),
  })
  .meta({ id: 'ArticleAccess', description: 'Why a key can read an article, or cannot.' })

export const ArticleReceipts = z
  .object({
    change: z
      .object({
        seq: z.int().meta({ description: 'The number of the change.' }),
        type: z.enum(changeTypes).meta({ description: 'What happened.' }),
        at: Timestamp.meta({ description: 'When it happened.' }),
      })
      .nullable()
      .meta({ description: 'The last change of the article; null if there was none.' }),
    data: z
      .array(
        z.object({
          key: Key,
          noted: z.boolean().meta({ description: 'Whether the partner has acknowledged the change.' }),
          at: Timestamp.nullable().meta({ description: 'When it did.' }),
        }),
      )
      .meta({ description: 'The partners whom the change concerns.' }),
  })
  .meta({ id: 'ArticleReceipts', description: 'Which partners have acknowledged the last change of an article.' })
export type ArticleAccess = z.infer<typeof ArticleAccess>
