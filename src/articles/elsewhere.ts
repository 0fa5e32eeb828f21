/** What is said of an article that is not live: that it was taken back, that it has moved, or nothing. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { movedTo, retraction } from '../editions/store.ts'
import { problemExample } from '../http/openapi-problems.ts'
import { Problem } from '../http/problems.ts'
import { notFound, Problem as Thrown } from '../lib/problem.ts'
import { Id, Slug, Timestamp } from '../lib/shapes.ts'
import type { Reader } from '../storage/storage.ts'

export const Retracted = Problem.extend({
  retraction: z
    .object({
      id: Id,
      slug: Slug,
      headline: z.string().meta({ description: 'The headline it had.' }),
      reason: z.string().meta({ description: 'Why it was retracted.' }),
      at: Timestamp.meta({ description: 'When it was retracted.' }),
      replacement: z
        .object({ id: Id, slug: Slug })
        .nullable()
        .meta({ description: 'The article to read instead, if there is one.' }),
    })
    .meta({ description: 'The notice of the retraction.' }),
}).meta({
  id: 'Retracted',
  description: 'The article was retracted.',
  examples: [problemExample('retracted')],
})

/**
 * Answers a read at `/v1/articles/{reference}` or below it, of an article that is not live: 308 to the same address with
 * the slug of today. Throws `retracted` with the notice, or `not-found`.
 */
export async function elsewhere(
  db: Reader,
  { url }: FastifyRequest,
  reply: FastifyReply,
  reference: string,
): Promise<never> {
  const notice = await retraction(db, reference)
  if (notice) throw new Thrown('retracted', notice.reason, { more: { retraction: notice } })
  const moved = await movedTo(db, reference)
  if (moved === undefined) throw notFound('article')
  return reply.redirect(url.replace(/^\/v1\/articles\/[^/?]+/, `/v1/articles/${moved}`), 308) as never
}
