/** Replies for articles that are not live under a reference: a redirect, the notice of a retraction, or not found. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { problemExample } from '../http/openapi/problems.ts'
import { ProblemReply } from '../http/problems.ts'
import { type Sent, sendPermanentRedirect } from '../http/reply.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import { notFound, Problem as Thrown } from '../lib/problem.ts'
import { Id, Slug, Timestamp } from '../lib/schemas.ts'
import type { Reader } from '../storage/storage.ts'
import { findByFormerSlug } from './paths.ts'
import { readRetraction } from './retractions.ts'
import { type Edition, readEdition } from './store.ts'

export const Retracted = ProblemReply.extend({
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
 * Replies to a read at `/v1/articles/{reference}` or below where no live article has the reference: 308 to the same URL
 * with the present slug. Throws `retracted` (410, with the notice) or `not-found`.
 */
export async function redirectOrGone(
  db: Reader,
  { url, routeOptions }: FastifyRequest,
  reply: FastifyReply,
  reference: string,
): Promise<Sent> {
  const { article, slug } = await articleByFormerSlug(db, reference)
  const [, ...query] = url.split('?')
  const location = [routeOptions.url?.replace(':article', slug), ...query].join('?')
  return sendPermanentRedirect(reply.header('cache-tag', cacheTagOf([article])), location)
}

/** The edition of the live article with this id or slug, present or former. Throws `retracted` or `not-found`. */
export const readEditionOrMoved = async (db: Reader, reference: string): Promise<Edition> => {
  const edition =
    (await readEdition(db, reference)) ?? (await readEdition(db, (await articleByFormerSlug(db, reference)).article))
  if (!edition) throw notFound('article')
  return edition
}

/** The live article that formerly had the slug. Throws `retracted` or `not-found`. */
async function articleByFormerSlug(db: Reader, reference: string): Promise<{ article: string; slug: string }> {
  const notice = await readRetraction(db, reference)
  if (notice) throw new Thrown('retracted', notice.reason, { extensions: { retraction: notice } })
  const found = await findByFormerSlug(db, reference)
  if (!found) throw notFound('article')
  return found
}
