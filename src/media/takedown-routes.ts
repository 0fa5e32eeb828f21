import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import { type LatestArticles, withLatest } from '../catalogue/with-latest.ts'
import { ProblemReply } from '../http/problems.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import type { Clock } from '../lib/clock.ts'
import { Id, prose, Slug } from '../lib/schemas.ts'
import { mediaKind } from './kind.ts'
import { MediaReference } from './schemas.ts'
import { reinstate, takeDown } from './takedown.ts'

const Takedown = z
  .strictObject({
    reason: prose(2_000).meta({ description: 'Why, for the newsroom.', examples: ['The agency has withdrawn it.'] }),
  })
  .meta({ id: 'Takedown', description: 'The takedown of a media file.' })

const TakedownResult = z
  .object({
    id: Id,
    articles: z
      .array(
        z
          .object({ id: Id, slug: Slug })
          .meta({ id: 'AffectedArticle', description: 'A live article that no longer shows the file.' }),
      )
      .meta({ description: 'The live articles that no longer show it.' }),
  })
  .meta({ id: 'TakedownResult', description: 'What a takedown has done.' })

/** Registers the takedown of a file, and its reversal. */
export function registerTakedown(
  server: FastifyInstance,
  { clock, idempotent, latestArticles }: { clock: Clock; idempotent: IdempotentRun; latestArticles: LatestArticles },
): void {
  const app = server.withTypeProvider<ZodTypes>()
  const { View } = withLatest(mediaKind, latestArticles)

  app.post(
    '/media/:media/takedown',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'takeDownMedia',
        summary: 'Take down a media file',
        description:
          'Withdraws the file: from the reply on no article, list, feed or file address shows it. Partners and webhooks get the change `media.withdrawn`. The same bytes cannot be uploaded again. The entry stays, for the record.',
        tags: ['Media'],
        params: MediaReference,
        headers: Idempotent,
        body: Takedown,
        response: { 200: TakedownResult, 409: ProblemReply },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const { media } = request.params
        const { row, articles } = await takeDown(tx, media, request.body.reason, writeContext(request, clock))
        return { status: 200, version: row.version, body: { id: row.id, articles } }
      }),
  )

  app.post(
    '/media/:media/reinstate',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'reinstateMedia',
        summary: 'Reinstate a media file',
        description:
          'Takes a takedown back: articles that still refer to the file show it again, unless its rights have expired.',
        tags: ['Media'],
        params: MediaReference,
        headers: Idempotent,
        response: { 200: View, 409: ProblemReply },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const row = await reinstate(tx, request.params.media, writeContext(request, clock))
        return { status: 200, version: row.version, body: (await mediaKind.views(tx, [row], true))[0] }
      }),
  )
}
