/**
 * A POST that is repeated with the same `Idempotency-Key` is executed once, and gets the first reply again
 * (draft-ietf-httpapi-idempotency-key-header). The reply is stored in the transaction of the work, so that there is
 * never one without the other.
 */
import { createHash } from 'node:crypto'
import { and, eq, lt } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Clock } from '../lib/clock.ts'
import { decrypt, encrypt } from '../lib/encryption.ts'
import { digest } from '../lib/etag.ts'
import { Problem } from '../lib/problem.ts'
import { idempotencyKeys } from '../storage/schema.ts'
import type { Storage, Writer } from '../storage/storage.ts'

/** How long a reply is stored, in milliseconds. */
const RETENTION = 24 * 60 * 60 * 1000

/** The header of every POST. */
export const idempotencyHeader = {
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional()
    .meta({ description: 'Makes it safe to send the request again: within 24 hours it is done only once.' }),
}

/** Headers of a POST. */
export const Idempotent = z.looseObject(idempotencyHeader)

/** The reply to a POST. `body` matches the schema that the route declares for the status. */
export interface IdempotentReply {
  status: number
  body: unknown
  location?: string
  /** The version of the resource that the reply represents, if it is one. */
  version?: number
}

/** Does the work in a transaction and sends the reply that it gives; once for each idempotency key of a caller. */
export type IdempotentRun = (
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Writer) => Promise<IdempotentReply>,
) => Promise<never>

/** A serialized reply. */
interface StoredReply {
  status: number
  text: string
  location: string | null
  version: number | null
}

export function idempotency({ storage, clock }: { storage: Storage; clock: Clock }): IdempotentRun {
  const running = new Set<string>()

  return async (request, reply, work) => {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string') {
      const stored = await storage.transaction(async (tx) => serialized(reply, await work(tx)))
      return send(reply, stored)
    }
    const caller = request.caller.id ?? request.caller.role
    const runKey = `${caller} ${key}`
    if (running.has(runKey)) throw new Problem('conflict', 'a request with this Idempotency-Key is under way')
    running.add(runKey)
    try {
      return send(reply, await storage.transaction((tx) => runOnce(tx, caller, key)))
    } finally {
      running.delete(runKey)
    }

    async function runOnce(tx: Writer, caller: string, key: string): Promise<StoredReply> {
      const now = clock.now()
      // A reply may contain a secret that is shown once, so it is encrypted with what only the caller has: the idempotency
      // key and the bearer token. A copy of the database does not reveal it. After a rotation of the bearer token it
      // cannot be decrypted any more.
      const [token] = /\S*$/.exec(request.headers.authorization ?? '') ?? []
      const secret = createHash('sha256').update(`${key} ${token}`).digest()
      const fingerprint = digest(JSON.stringify([request.method, request.url, request.body]))
      const ofThisKey = and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key))
      const [row] = await tx.select().from(idempotencyKeys).where(ofThisKey)
      if (row && row.createdAt > expiry(now)) {
        const text = decrypt(row.reply, secret)
        if (row.fingerprint !== fingerprint || text === undefined)
          throw new Problem(
            'idempotency-mismatch',
            'this Idempotency-Key came with another request before, or with the secret the key had before',
          )
        reply.header('idempotent-replayed', 'true')
        return JSON.parse(text) as StoredReply
      }
      const stored = serialized(reply, await work(tx))
      await tx.delete(idempotencyKeys).where(ofThisKey)
      const entry = {
        caller,
        key,
        fingerprint,
        reply: encrypt(JSON.stringify(stored), secret),
        createdAt: now.toISOString(),
      }
      await tx.insert(idempotencyKeys).values(entry)
      return stored
    }
  }
}

/** Deletes the replies whose retention has ended. */
export const sweepIdempotencyKeys = ({ storage, clock }: { storage: Storage; clock: Clock }): Promise<void> =>
  storage.transaction(async (tx) => {
    await tx.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, expiry(clock.now())))
  })

/** Replies created at this time or before have expired. */
const expiry = (now: Date): string => new Date(now.getTime() - RETENTION).toISOString()

function serialized(reply: FastifyReply, { status, body, location = '', version }: IdempotentReply): StoredReply {
  reply.code(status)
  return { status, text: reply.serialize(body) as string, location: location || null, version: version ?? null }
}

function send(reply: FastifyReply, { status, text, location, version }: StoredReply): never {
  if (location !== null) reply.header('location', location)
  reply.version = version
  return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(text) as never
}
