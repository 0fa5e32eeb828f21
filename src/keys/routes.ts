import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { roles } from '../access/roles.ts'
import { writeContext } from '../access/write-context.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { notFound, Problem } from '../lib/problem.ts'
import { Id } from '../lib/schemas.ts'
import type { Storage } from '../storage/storage.ts'
import { patchedGrant, type ResolveReference, resolveGrant } from './grant.ts'
import { ApiKey, ApiKeyPatch, ApiKeyWithSecret, Me, NewApiKey } from './key.ts'
import type { OpenRequests } from './open-requests.ts'
import { createKey, type KeyRow, listKeys, readKey, revokeKey, rotateKey, updateKey } from './store.ts'

const ByKey = z.strictObject({ key: Id.meta({ description: 'The id of the key.' }) })

interface KeyDeps {
  storage: Storage
  clock: Clock
  idempotent: IdempotentRun
  resolveReference: ResolveReference
  openRequests: OpenRequests
}

const tags = ['Keys']

/** Registers the management of keys, for admins, and `/me`, for everyone. */
export function registerKeys(server: FastifyInstance, deps: KeyDeps): void {
  registerCurrentKey(server)
  registerList(server, deps)
  registerCreation(server, deps)
  registerUpdate(server, deps)
  registerRotation(server, deps)
  registerRevocation(server, deps)
}

function registerCurrentKey(server: FastifyInstance): void {
  server.withTypeProvider<ZodTypes>().get(
    '/me',
    {
      config: { access: 'live:read' },
      schema: {
        operationId: 'getMe',
        summary: 'Get the current key',
        description: 'Shows the key of this request and what it may do.',
        tags,
        querystring: NoQuery,
        response: { 200: Me },
      },
    },
    async ({ caller: { id, name, role, expiresAt, grant } }) => ({
      id,
      name,
      role,
      permissions: [...roles[role]],
      expiresAt,
      grant,
    }),
  )
}

function registerList(server: FastifyInstance, { storage }: KeyDeps): void {
  server.withTypeProvider<ZodTypes>().get(
    '/api-keys',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listApiKeys',
        summary: 'List keys',
        description: 'All keys, without their secrets.',
        tags,
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: { 200: listOf(ApiKey, 'ApiKeyList') },
      },
    },
    async (request, reply) => {
      const paging = pageRequest(request, request.query.limit)
      const page = await listKeys(storage.reader, paging)
      return { data: page.rows.map(present), page: paging.info(reply, page) }
    },
  )
}

function registerCreation(server: FastifyInstance, { clock, idempotent, resolveReference }: KeyDeps): void {
  server.withTypeProvider<ZodTypes>().post(
    '/api-keys',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'createApiKey',
        summary: 'Create a key',
        description: 'The reply has the secret, which is shown only once: only a hash of it is stored.',
        tags,
        headers: Idempotent,
        body: NewApiKey,
        response: { 201: ApiKeyWithSecret },
      },
    },
    async (request, reply) => {
      const now = timestamp(clock)
      if (request.body.expiresAt && request.body.expiresAt <= now) throw expiryInThePast()
      return idempotent(request, reply, async (tx) => {
        const { role, grant } = request.body
        const resolved = await resolveGrant(tx, resolveReference, role, grant)
        const { row, token } = await createKey(tx, { ...request.body, grant: resolved }, writeContext(request, clock))
        return { status: 201, location: `/v1/api-keys/${row.id}`, body: { ...present(row), secret: token } }
      })
    },
  )
}

function registerUpdate(server: FastifyInstance, { storage, clock, resolveReference, openRequests }: KeyDeps): void {
  server.withTypeProvider<ZodTypes>().patch(
    '/api-keys/:key',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'updateApiKey',
        summary: 'Update a key',
        description:
          'Changes the name, the rate limit or the grant of a key. A partner whose grant changes begins anew with the snapshot.',
        tags,
        params: ByKey,
        body: ApiKeyPatch,
        response: { 200: ApiKey },
      },
    },
    async (request) => {
      const { params, body } = request
      const updated = await storage.transaction(async (tx) => {
        const key = await readKey(tx, params.key)
        if (!key) throw notFound('key')
        const grant =
          body.grant === undefined
            ? key.grant
            : await resolveGrant(tx, resolveReference, key.role, patchedGrant(key.grant, body.grant), key.grant)
        const { name = key.name, rateLimit = key.rateLimit } = body
        const row = await updateKey(tx, params.key, { name, rateLimit, grant }, writeContext(request, clock))
        return present(row ?? key)
      })
      await openRequests.check()
      return updated
    },
  )
}

function registerRotation(server: FastifyInstance, { clock, idempotent, openRequests }: KeyDeps): void {
  server.withTypeProvider<ZodTypes>().post(
    '/api-keys/:key/rotate',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'rotateApiKey',
        summary: 'Rotate a key',
        description:
          'Gives the key a new secret. The old one stops working at once; open streams end, and the previews that it has created.',
        tags,
        params: ByKey,
        headers: Idempotent,
        response: { 200: ApiKeyWithSecret },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const rotated = await rotateKey(tx, request.params.key, writeContext(request, clock))
        if (!rotated) throw notFound('key')
        return { status: 200, body: { ...present(rotated.row), secret: rotated.token } }
      }).finally(openRequests.check),
  )
}

function registerRevocation(server: FastifyInstance, { storage, clock, openRequests }: KeyDeps): void {
  server.withTypeProvider<ZodTypes>().delete(
    '/api-keys/:key',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke a key',
        description: 'The key stops working at once: its open streams end, and the previews that it has created.',
        tags,
        params: ByKey,
        response: { 204: z.null().meta({ description: 'Revoked; no body.' }) },
      },
    },
    async (request, reply) => {
      const { key: id } = request.params
      await storage.transaction(async (tx) => {
        if (!(await revokeKey(tx, id, writeContext(request, clock)))) throw notFound('key')
      })
      await openRequests.check()
      return reply.code(204).send(null)
    },
  )
}

/** A key without the hash of its secret. */
const present = ({ secretHash: _, role, ...key }: KeyRow) => ({ ...key, role: role as z.infer<typeof ApiKey>['role'] })

function expiryInThePast(): Problem {
  const message = 'must be in the future'
  return new Problem('validation', `expiresAt ${message}`, {
    errors: [{ in: 'body', pointer: '/expiresAt', code: 'in_the_past', message }],
  })
}
