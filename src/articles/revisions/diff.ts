/** The differences between two versions of an article, as data for a frontend to show. Pure. */
import * as z from 'zod'
import { BlockChange } from '../../body/body-changes.ts'
import type { Article } from '../../editions/article.ts'
import { pointerTo } from '../../lib/problem.ts'

export const RevisionDiff = z
  .object({
    from: z.int().meta({ description: 'The number of the earlier revision.', examples: [2] }),
    to: z.int().meta({ description: 'The number of the later revision.', examples: [3] }),
    changes: z
      .array(
        z.object({
          path: z.string().meta({ description: 'A JSON pointer (RFC 6901) to the value.' }),
          before: z.unknown().meta({ description: 'The value before.' }),
          after: z.unknown().meta({ description: 'The value after.' }),
        }),
      )
      .meta({
        description: 'What changed outside the body.',
        examples: [[{ path: '/kicker', before: null, after: 'Transport' }]],
      }),
    body: z.array(BlockChange).meta({ description: 'The blocks of both, in their order.' }),
  })
  .meta({ id: 'RevisionDiff', description: 'What changed from one revision to another, by field and by block.' })
export type RevisionDiff = z.infer<typeof RevisionDiff>

/** Members that are not content: state of the article, and what is derived from other members. */
const NOT_CONTENT = new Set<string>([
  'id',
  'status',
  'version',
  'liveVersion',
  'hasUnpublishedChanges',
  'publishedAt',
  'updatedAt',
  'publishAt',
  'embargoUntil',
  'createdAt',
  'createdBy',
  'editedAt',
  'breadcrumbs',
  'corrections',
  'wordCount',
  'readingTimeMinutes',
  'body',
])

/** What changed in the fields, each with a JSON pointer to it: objects are entered, lists are compared whole. */
export function fieldChanges(before: Article, after: Article): RevisionDiff['changes'] {
  const content = ({ image, ...article }: Article): Json => ({
    ...Object.fromEntries(Object.entries(article).filter(([name]) => !NOT_CONTENT.has(name))),
    image: image && useOf(image),
  })
  return changesIn(content(before), content(after), [])
}

/** What an article says of its image; the rest is the image itself. */
const useOf = ({ id, alt, caption, credit, crop }: NonNullable<Article['image']>) => ({
  id,
  alt,
  caption,
  credit,
  crop: crop ?? null,
})

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function changesIn(before: Json, after: Json, path: string[]): RevisionDiff['changes'] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [old, current] = [before[name] ?? null, after[name] ?? null]
    if (isObject(old) && isObject(current)) return changesIn(old, current, [...path, name])
    return JSON.stringify(old) === JSON.stringify(current)
      ? []
      : [{ path: pointerTo([...path, name]), before: old, after: current }]
  })
}
