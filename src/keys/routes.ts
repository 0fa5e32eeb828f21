import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { listOf, pageParameters, pageRequest } from '../http/paging.ts'
import type { ZodTypes } from '../http/zod.ts'
import { Idempotent, type Once } from '../idempotency/once.ts'
import { actOf } from '../lib/act.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { keyRoles, type Permission, permissions, roles } from '../lib/roles.ts'
import { Id, line, Moment, Timestamp } from '../lib/shapes.ts'
import type { Storage } from '../storage/storage.ts'
import { createKey, type KeyRow, listKeys, revokeKey, rotateKey } from './store.ts'

const NewApiKey = z
  .strictObject({
    name: line(200),
    role: z.enum(keyRoles),
    expiresAt: Moment.nullish().meta({ description: 'When the key becomes void; never if left out.' }),
    rateLimit: z.int().min(1).max(1_000_000).nullish().meta({ description: 'Requests a minute.' }),
  })
  .meta({ id: 'NewApiKey', description: 'A key to be made.', examples: [{ name: 'Website', role: 'reader' }] })

const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    role: z.enum(keyRoles),
    expiresAt: Timestamp.nullable(),
    rateLimit: z.int().nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: 'To the minute.' }),
    createdAt: Timestamp,
  })
  .meta({ id: 'ApiKey', description: 'A key, without its secret.' })

const ApiKeyWithSecret = ApiKey.extend({
  secret: z.string().meta({ description: 'The whole bearer token. It is never shown again.' }),
}).meta({ id: 'ApiKeyWithSecret', description: 'A key with its secret, which is shown this once.' })

const Me = z
  .object({
    id: z.string().nullable().meta({ description: 'The id of the key, or null without one.' }),
    name: z.string(),
    role: z.enum(Object.keys(roles) as [keyof typeof roles]),
    permissions: z.array(z.enum(Object.keys(permissions) as [Permission])),
    expiresAt: Timestamp.nullable(),
  })
  .meta({ id: 'Me', description: 'Who the key of this request is and what it may do.' })

const ById = z.strictObject({ id: Id })

/** Keys, for admins; and `/me`, for everyone. */
export function registerKeys(
  server: FastifyInstance,
  { storage, clock, once }: { storage: Storage; clock: Clock; once: Once },
): void {
  const app = server.withTypeProvider<ZodTypes>()
  const tags = ['Keys']

  app.get(
    '/me',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'getMe',
        summary: 'See who this key is and what it may do',
        tags,
        querystring: z.strictObject({}),
        response: { 200: Me },
      },
    },
    async ({ caller: { id, name, role, expiresAt } }) => ({ id, name, role, permissions: [...roles[role]], expiresAt }),
  )

  app.get(
    '/api-keys',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listApiKeys',
        summary: 'List the keys',
        tags,
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: { 200: listOf(ApiKey, 'ApiKeyList') },
      },
    },
    async (request, reply) => {
      const wanted = pageRequest(request, request.query.limit)
      const page = await listKeys(storage.reader, wanted)
      return { data: page.rows.map(shown), page: wanted.info(reply, page) }
    },
  )

  app.post(
    '/api-keys',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'createApiKey',
        summary: 'Make a key',
        description: 'The reply holds the secret. It is shown this once: only a hash of it is kept.',
        tags,
        headers: Idempotent,
        body: NewApiKey,
        response: { 201: ApiKeyWithSecret },
      },
    },
    async (request, reply) => {
      const now = timestamp(clock)
      if (request.body.expiresAt && request.body.expiresAt <= now) throw expiryInThePast()
      return once(request, reply, async (tx) => {
        const { row, token } = await createKey(tx, request.body, actOf(request, clock))
        return { status: 201, location: `/v1/api-keys/${row.id}`, body: { ...shown(row), secret: token } }
      })
    },
  )

  app.post(
    '/api-keys/:id/rotate',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'rotateApiKey',
        summary: 'Give a key a new secret',
        description: 'The old secret is void at once.',
        tags,
        params: ById,
        headers: Idempotent,
        response: { 200: ApiKeyWithSecret },
      },
    },
    (request, reply) =>
      once(request, reply, async (tx) => {
        const rotated = await rotateKey(tx, request.params.id, actOf(request, clock))
        if (!rotated) throw notFound('key')
        return { status: 200, body: { ...shown(rotated.row), secret: rotated.token } }
      }),
  )

  app.delete(
    '/api-keys/:id',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke a key',
        description: 'It is void at once, in every process.',
        tags,
        params: ById,
        response: { 204: z.null().meta({ description: 'Revoked; no body.' }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      await storage.transaction(async (tx) => {
        if (!(await revokeKey(tx, id, actOf(request, clock)))) throw notFound('key')
      })
      return reply.code(204).send(null)
    },
  )
}

const shown = ({ secretHash: _, role, ...key }: KeyRow) => ({ ...key, role: role as z.infer<typeof ApiKey>['role'] })

function expiryInThePast(): Problem {
  const message = 'must be in the future'
  return new Problem('validation', `expiresAt ${message}`, {
    errors: [{ in: 'body', pointer: '/expiresAt', code: 'in_the_past', message }],
  })
}
