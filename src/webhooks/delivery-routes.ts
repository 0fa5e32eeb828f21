import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent } from '../idempotency/idempotency.ts'
import { Id } from '../lib/schemas.ts'
import { enqueueTest, listDeliveries, presentDelivery, redeliver } from './deliveries.ts'
import { ByWebhook, type WebhookDeps } from './routes.ts'
import { Delivery, deliveryStatuses } from './schemas.ts'
import { readWebhook } from './store.ts'

const tags = ['Webhooks']

/** The routes of deliveries: test a webhook, list its deliveries, redeliver one. */
export function registerDeliveries(server: FastifyInstance, { storage, clock, idempotent }: WebhookDeps): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.post(
    '/webhooks/:webhook/test',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'testWebhook',
        summary: 'Test a webhook',
        description:
          'Sends a message of the type `webhook.test`, whatever events the webhook takes. Its deliveries show the result.',
        tags,
        params: ByWebhook,
        headers: Idempotent,
        response: { 202: Delivery },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const webhook = await readWebhook(tx, request.params.webhook)
        return { status: 202, body: presentDelivery(await enqueueTest(tx, webhook, writeContext(request, clock))) }
      }),
  )

  app.get(
    '/webhooks/:webhook/deliveries',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listDeliveries',
        summary: 'List deliveries',
        description: 'What was sent to a webhook, with the results, newest first.',
        tags,
        params: ByWebhook,
        querystring: z.strictObject({
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
          status: z.enum(deliveryStatuses).optional().meta({ description: 'Only deliveries of this status.' }),
        }),
        response: { 200: listOf(Delivery, 'DeliveryList') },
      },
    },
    async (request, reply) => {
      const { limit, status } = request.query
      const paging = pageRequest(request, limit)
      const { id } = await readWebhook(storage.reader, request.params.webhook)
      const page = await listDeliveries(storage.reader, id, status, paging)
      return { data: page.rows.map(presentDelivery), page: paging.info(reply, page) }
    },
  )

  app.post(
    '/webhooks/:webhook/deliveries/:delivery/redeliver',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'redeliver',
        summary: 'Redeliver a message',
        description:
          'Sends again what was delivered or given up, under the same `webhook-id`; to a paused webhook once it is resumed.',
        tags,
        params: ByWebhook.extend({ delivery: Id.meta({ description: 'The id of the delivery.' }) }),
        headers: Idempotent,
        response: { 202: Delivery },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const { webhook, delivery } = request.params
        return {
          status: 202,
          body: presentDelivery(await redeliver(tx, webhook, delivery, writeContext(request, clock))),
        }
      }),
  )
}
