/**
 * A POST that may be sent twice is done once: with the same `Idempotency-Key` again, the first reply is given again.
 * The reply is kept in the transaction that does the work, so that there is never the one without the other.
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

/** How long a reply is kept, in milliseconds. */
const KEPT = 24 * 60 * 60 * 1000

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

/** What a POST is answered with. `body` has the shape that the route declares for the status. */
export interface IdempotentReply {
  status: number
  body: unknown
  location?: string
  /** The version of the one resource that the reply shows. */
  version?: number
}

/** Does the work in a transaction and answers with what it gives; once for each key of each caller. */
export type IdempotentRun = (
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Writer) => Promise<IdempotentReply>,
) => Promise<never>

interface Kept {
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
      const kept = await storage.transaction(async (tx) => finished(reply, await work(tx)))
      return send(reply, kept)
    }
    const caller = request.caller.id ?? request.caller.role
    const claim = `${caller} ${key}`
    if (running.has(claim)) throw new Problem('conflict', 'a request with this Idempotency-Key is under way')
    running.add(claim)
    try {
      return send(reply, await storage.transaction((tx) => doOnce(tx, caller, key)))
    } finally {
      running.delete(claim)
    }

    async function doOnce(tx: Writer, caller: string, key: string): Promise<Kept> {
      const now = clock.now()
      // A reply may hold a secret that is shown once, so it is sealed with what only the caller has: the key sent and the
      // bearer token. A copy of the database tells nothing. After the rotation of a key it cannot be opened any more.
      const [token] = /\S*$/.exec(request.headers.authorization ?? '') ?? []
      const secret = createHash('sha256').update(`${key} ${token}`).digest()
      const fingerprint = digest(JSON.stringify([request.method, request.url, request.body]))
      const mine = and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key))
      const [row] = await tx.select().from(idempotencyKeys).where(mine)
      if (row && row.createdAt > before(now)) {
        const text = decrypt(row.reply, secret)
        if (row.fingerprint !== fingerprint || text === undefined)
          throw new Problem(
            'idempotency-mismatch',
            'this Idempotency-Key came with another request before, or with the secret the key had before',
          )
        reply.header('idempotent-replayed', 'true')
        return JSON.parse(text) as Kept
      }
      const kept = finished(reply, await work(tx))
      await tx.delete(idempotencyKeys).where(mine)
      const entry = {
        caller,
        key,
        fingerprint,
        reply: encrypt(JSON.stringify(kept), secret),
        createdAt: now.toISOString(),
      }
      await tx.insert(idempotencyKeys).values(entry)
      return kept
    }
  }
}

/** Forgets the replies that have been kept long enough. */
export const sweepIdempotencyKeys = ({ storage, clock }: { storage: Storage; clock: Clock }): Promise<void> =>
  storage.transaction(async (tx) => {
    await tx.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, before(clock.now())))
  })

const before = (now: Date): string => new Date(now.getTime() - KEPT).toISOString()

function finished(reply: FastifyReply, { status, body, location = '', version }: IdempotentReply): Kept {
  reply.code(status)
  return { status, text: reply.serialize(body) as string, location: location || null, version: version ?? null }
}

function send(reply: FastifyReply, { status, text, location, version }: Kept): never {
  if (location !== null) reply.header('location', location)
  reply.version = version
  return reply.code(status).header('content-type', 'application/json; charset=utf-8').send(text) as never
}
