import { eq, sql } from 'drizzle-orm'
import type { Grant } from '../access/grants.ts'
import { type Caller, type KeyRole, callerWithoutKey } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { newId } from '../lib/id.ts'
import { hashSecret, parseToken, randomSecret, hashesEqual, formatToken } from '../lib/random-secret.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { apiKeys } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'

export type KeyRow = typeof apiKeys.$inferSelect

/** What a new key is made from. */
export interface KeyInput {
  name: string
  role: KeyRole
  expiresAt?: string | null | undefined
  rateLimit?: number | null | undefined
  grant?: Grant | null | undefined
}

/** The least time between two notes of a key's last use, in milliseconds: reads must not become writes. */
const LAST_USED_STEP = 60_000

const selectKey = prepared('api_key', (db) =>
  db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.id, sql.placeholder('id'))),
)

/** What every bearer token of a key begins with, so that one that leaked is known by its looks. */
const PREFIX = 'dl_'

/** Makes a key. The token is in this reply and nowhere else; the database keeps a hash. */
export async function createKey(
  tx: Writer,
  input: KeyInput,
  act: WriteContext,
): Promise<{ row: KeyRow; token: string }> {
  const secret = randomSecret()
  const row: KeyRow = {
    id: newId(),
    name: input.name,
    role: input.role,
    secretHash: hashSecret(secret),
    rateLimit: input.rateLimit ?? null,
    grant: input.grant ?? null,
    expiresAt: input.expiresAt ?? null,
    lastUsedAt: null,
    createdAt: act.now,
  }
  await tx.insert(apiKeys).values(row)
  await audit(tx, act, { action: 'key.create', target: row.id })
  return { row, token: PREFIX + formatToken(row.id, secret) }
}

/** Gives a key a new secret; the old one is void at once. Undefined if there is no such key. */
export async function rotateKey(
  tx: Writer,
  id: string,
  act: WriteContext,
): Promise<{ row: KeyRow; token: string } | undefined> {
  const secret = randomSecret()
  const [row] = await tx
    .update(apiKeys)
    .set({ secretHash: hashSecret(secret) })
    .where(eq(apiKeys.id, id))
    .returning()
  if (!row) return undefined
  await audit(tx, act, { action: 'key.rotate', target: id })
  return { row, token: PREFIX + formatToken(row.id, secret) }
}

/** The key with this id. */
export const readKey = async (db: Reader, id: string): Promise<KeyRow | undefined> => (await selectKey(db, { id }))[0]

/** Changes a key; what is undefined stays. Undefined if there is no such key. */
export async function updateKey(
  tx: Writer,
  id: string,
  change: Partial<Pick<KeyRow, 'name' | 'rateLimit' | 'grant'>>,
  act: WriteContext,
): Promise<KeyRow | undefined> {
  const [row] = await tx.update(apiKeys).set(change).where(eq(apiKeys.id, id)).returning()
  if (row) await audit(tx, act, { action: 'key.update', target: id })
  return row
}

/** Revokes a key, in every process at once. False if there is no such key. */
export async function revokeKey(tx: Writer, id: string, act: WriteContext): Promise<boolean> {
  const revoked = await tx.delete(apiKeys).where(eq(apiKeys.id, id)).returning({ id: apiKeys.id })
  if (revoked.length === 0) return false
  await audit(tx, act, { action: 'key.revoke', target: id })
  return true
}

/** The keys, newest first. */
export async function listKeys(db: Reader, request: PageRequest): Promise<Page<KeyRow>> {
  const order = { kind: 'time', column: apiKeys.createdAt, id: apiKeys.id, descending: true } as const
  const { where, orderBy, limit } = keyset(order, request)
  const rows = await db
    .select()
    .from(apiKeys)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)
  return pageOf(rows, request, (row) => [row.createdAt, row.id])
}

/** Whether there is an admin key yet. */
export async function hasAdminKey(db: Reader): Promise<boolean> {
  return (await db.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.role, 'admin')).limit(1)).length > 0
}

/**
 * Gives the function that tells who a bearer token is. The database is asked each time, so that a revoked key is void
 * at once. `adminSecret` is a token that acts as an admin key without being one in the database.
 */
export function authenticator(
  storage: Storage,
  now: () => Date,
  adminSecret: string | undefined,
  onError: (error: unknown) => void,
): (token: string) => Promise<Caller | undefined> {
  const adminHash = adminSecret === undefined ? undefined : hashSecret(adminSecret)
  const nobody = hashSecret('')
  const noted = new Map<string, number>()

  /** Notes the use of a key without making the request wait, at most once a minute. */
  function noteUse(id: string): void {
    const time = now().getTime()
    if (time - (noted.get(id) ?? 0) < LAST_USED_STEP) return
    noted.set(id, time)
    const lastUsedAt = new Date(time).toISOString()
    storage
      .transaction(async (tx) => void (await tx.update(apiKeys).set({ lastUsedAt }).where(eq(apiKeys.id, id))))
      .catch(onError)
  }

  return async (token) => {
    if (adminHash !== undefined && hashesEqual(hashSecret(token), adminHash)) return ENVIRONMENT_ADMIN
    const parts = token.startsWith(PREFIX) ? parseToken(token.slice(PREFIX.length)) : undefined
    const [row] = parts ? await selectKey(storage.reader, { id: parts.id }) : []
    // An unknown id is compared too, so that it takes as long as a wrong secret.
    const isRight = hashesEqual(hashSecret(parts?.secret ?? ''), row?.secretHash ?? nobody)
    if (!row || !isRight || (row.expiresAt !== null && row.expiresAt <= now().toISOString())) return undefined
    noteUse(row.id)
    const { id, name, role, expiresAt, rateLimit, grant } = row
    return { id, name, role: role as KeyRole, expiresAt, rateLimit, grant }
  }
}

const ENVIRONMENT_ADMIN = callerWithoutKey('environment', 'DATELINE_ADMIN_KEY', 'admin')
