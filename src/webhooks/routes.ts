import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import { ConditionalHeaders, NoContent, NoQuery } from '../http/common-schemas.ts'
import { ifMatch } from '../http/conditional-requests.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { Id } from '../lib/schemas.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { NewWebhook, Webhook, WebhookPatch, WebhookWithSecret } from './schemas.ts'
import type { SecretEncryption } from './secret-encryption.ts'
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  presentWebhook,
  presentWebhooks,
  readWebhook,
  resolveSection,
  rotateSecret,
  updateWebhook,
  type WebhookRow,
} from './store.ts'

export interface WebhookDeps {
  storage: Storage
  clock: Clock
  idempotent: IdempotentRun
  secrets: SecretEncryption
  /** Throws `url-not-allowed` for a URL that webhooks may not have. */
  checkUrl: (url: string) => Promise<void>
}

export const ByWebhook = z.strictObject({ webhook: Id.meta({ description: 'The id of the webhook.' }) })

const tags = ['Webhooks']

/** The routes of webhooks, for admins: which receivers are sent changes over HTTP. */
export function registerWebhooks(server: FastifyInstance, deps: WebhookDeps): void {
  const { storage, clock, idempotent, secrets, checkUrl: checkAddress } = deps
  const app = server.withTypeProvider<ZodTypes>()
  const present = (db: Reader, row: WebhookRow) => presentWebhook(db, row, timestamp(clock))

  app.get(
    '/webhooks',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listWebhooks',
        summary: 'List webhooks',
        description: 'All webhooks, with their status.',
        tags,
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: { 200: listOf(Webhook, 'WebhookList') },
      },
    },
    async (request, reply) => {
      const paging = pageRequest(request, request.query.limit)
      const page = await listWebhooks(storage.reader, paging)
      return {
        data: await presentWebhooks(storage.reader, page.rows, timestamp(clock)),
        page: paging.info(reply, page),
      }
    },
  )

  app.post(
    '/webhooks',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        description:
          'Sends messages about changes from now on to an address. The reply has the secret that messages are signed with, which is shown only once. The messages are described under `webhooks` of this document.',
        tags,
        headers: Idempotent,
        body: NewWebhook,
        response: { 201: WebhookWithSecret },
      },
    },
    async (request, reply) => {
      const { name = null, url, events, section, include = [], media: mediaAccess = 'allowed' } = request.body
      await checkAddress(url)
      secrets.ensureKey()
      return idempotent(request, reply, async (tx) => {
        const own = { name, url, events, section: await resolveSection(tx, section) }
        const input = { ...own, withEdition: include.length > 0, mediaAccess }
        const { row, secret } = await createWebhook(tx, input, secrets, writeContext(request, clock))
        const body = { ...(await present(tx, row)), secret }
        return { status: 201, location: `/v1/webhooks/${row.id}`, version: row.version, body }
      })
    },
  )

  app.get(
    '/webhooks/:webhook',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'getWebhook',
        summary: 'Get a webhook',
        description:
          'Gives a webhook and its status: what is pending, what was given up, and why it is paused or disabled.',
        tags,
        params: ByWebhook,
        querystring: NoQuery,
        response: { 200: Webhook },
      },
    },
    async (request, reply) => {
      const row = await readWebhook(storage.reader, request.params.webhook)
      reply.version = row.version
      return present(storage.reader, row)
    },
  )

  app.patch(
    '/webhooks/:webhook',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'updateWebhook',
        summary: 'Update a webhook',
        description:
          'A JSON merge patch (RFC 7396). `{ "status": "active" }` resumes one that was paused or disabled, from where it stopped.',
        tags,
        params: ByWebhook,
        headers: ConditionalHeaders,
        body: WebhookPatch,
        response: { 200: Webhook },
      },
    },
    async (request, reply) => {
      const { body, params } = request
      const check = ifMatch(request)
      if (body.url !== undefined) await checkAddress(body.url)
      const row = await storage.transaction(async (tx) => {
        const before = await readWebhook(tx, params.webhook)
        check(before.version)
        const { name = before.name, url = before.url, events = before.events, status = before.status } = body
        const section = body.section === undefined ? before.section : await resolveSection(tx, body.section)
        const withEdition = body.include === undefined ? before.withEdition : (body.include ?? []).length > 0
        const mediaAccess = body.media === undefined ? before.mediaAccess : (body.media ?? 'allowed')
        const change = { name, url, events, section, withEdition, mediaAccess, status }
        return updateWebhook(tx, before, change, writeContext(request, clock))
      })
      reply.version = row.version
      return present(storage.reader, row)
    },
  )

  app.delete(
    '/webhooks/:webhook',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook',
        description: 'Deletes a webhook permanently, with its deliveries. What is pending is not sent.',
        tags,
        params: ByWebhook,
        headers: ConditionalHeaders,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const check = ifMatch(request)
      await storage.transaction(async (tx) => {
        const before = await readWebhook(tx, request.params.webhook)
        check(before.version)
        await deleteWebhook(tx, before, writeContext(request, clock))
      })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/webhooks/:webhook/rotate',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'rotateWebhook',
        summary: 'Rotate the secret of a webhook',
        description:
          'Gives the webhook a new secret. For 24 hours both sign: `webhook-signature` has two signatures, separated by a space; after further rotations up to five.',
        tags,
        params: ByWebhook,
        headers: Idempotent,
        response: { 200: WebhookWithSecret },
      },
    },
    async (request, reply) => {
      const { webhook } = request.params
      await readWebhook(storage.reader, webhook)
      secrets.ensureKey()
      return idempotent(request, reply, async (tx) => {
        const { row, secret } = await rotateSecret(
          tx,
          await readWebhook(tx, webhook),
          secrets,
          writeContext(request, clock),
        )
        return { status: 200, version: row.version, body: { ...(await present(tx, row)), secret } }
      })
    },
  )
}
