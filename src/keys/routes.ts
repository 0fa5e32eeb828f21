import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Grant } from '../access/grants.ts'
import { roles } from '../access/roles.ts'
import { writeContext } from '../access/write-context.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { listOf, pageParameters, pageRequest } from '../http/pagination.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import { type Clock, timestamp } from '../lib/clock.ts'
import { invalidReferences, notFound, Problem } from '../lib/problem.ts'
import { Id } from '../lib/schemas.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'
import { ApiKey, ApiKeyPatch, ApiKeyWithSecret, type GrantInput, Me, NewApiKey } from './key.ts'
import { updateKey, createKey, type KeyRow, listKeys, readKey, revokeKey, rotateKey } from './store.ts'

const ByKey = z.strictObject({ key: Id.meta({ description: 'The id of the key.' }) })

/** The id that an id, a slug or a path leads to; or none, and the paths of the sections that might be meant. */
type ResolveReference = (
  db: Reader,
  noun: 'section' | 'tag',
  reference: string,
) => Promise<{ id?: string | undefined; paths?: string[] | undefined }>

/** Keys, for admins; and `/me`, for everyone. */
export function registerKeys(
  server: FastifyInstance,
  { storage, clock, once, resolveReference: seek }: { storage: Storage; clock: Clock; once: IdempotentRun; resolveReference: ResolveReference },
): void {
  const app = server.withTypeProvider<ZodTypes>()
  const tags = ['Keys']

  app.get(
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

  app.get(
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
      return once(request, reply, async (tx) => {
        const { role, grant } = request.body
        const granted = await grantOf(tx, role, grant)
        const { row, token } = await createKey(tx, { ...request.body, grant: granted }, writeContext(request, clock))
        return { status: 201, location: `/v1/api-keys/${row.id}`, body: { ...shown(row), secret: token } }
      })
    },
  )

  app.patch(
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
      return storage.transaction(async (tx) => {
        const key = await readKey(tx, params.key)
        if (!key) throw notFound('key')
        const grant = body.grant === undefined ? key.grant : await grantOf(tx, key.role, body.grant)
        const { name = key.name, rateLimit = key.rateLimit } = body
        const row = await updateKey(tx, params.key, { name, rateLimit, grant }, writeContext(request, clock))
        return shown(row ?? key)
      })
    },
  )

  app.post(
    '/api-keys/:key/rotate',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'rotateApiKey',
        summary: 'Rotate a key',
        description: 'Gives the key a new secret. The old one stops working at once.',
        tags,
        params: ByKey,
        headers: Idempotent,
        response: { 200: ApiKeyWithSecret },
      },
    },
    (request, reply) =>
      once(request, reply, async (tx) => {
        const rotated = await rotateKey(tx, request.params.key, writeContext(request, clock))
        if (!rotated) throw notFound('key')
        return { status: 200, body: { ...shown(rotated.row), secret: rotated.token } }
      }),
  )

  app.delete(
    '/api-keys/:key',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke a key',
        description: 'The key stops working at once.',
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
      return reply.code(204).send(null)
    },
  )

  /** A grant as it is kept. Throws `validation` for a role without one, and `invalid-reference`. */
  async function grantOf(tx: Writer, role: string, grant: z.infer<typeof GrantInput> | null | undefined) {
    if (!grant) return null
    if (role !== 'partner') throw notForPartner()
    const resolved = async (noun: 'section' | 'tag', references: string[]) => {
      const ids: string[] = []
      for (const [index, ref] of references.entries()) {
        const { id, paths } = await seek(tx, noun, ref)
        if (id === undefined) throw invalidReferences([{ pointer: `/grant/${noun}s/${index}`, noun, ref, paths }])
        ids.push(id)
      }
      return ids
    }
    const [sections, tags] = [await resolved('section', grant.sections), await resolved('tag', grant.tags)]
    return { ...grant, sections, tags } satisfies Grant
  }
}

function notForPartner(): Problem {
  const message = 'is for keys of the role partner'
  return new Problem('validation', `grant ${message}`, {
    errors: [{ in: 'body', pointer: '/grant', code: 'not_for_this_role', message }],
  })
}

const shown = ({ secretHash: _, role, ...key }: KeyRow) => ({ ...key, role: role as z.infer<typeof ApiKey>['role'] })

function expiryInThePast(): Problem {
  const message = 'must be in the future'
  return new Problem('validation', `expiresAt ${message}`, {
    errors: [{ in: 'body', pointer: '/expiresAt', code: 'in_the_past', message }],
  })
}
