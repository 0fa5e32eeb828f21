import { eq, sql } from 'drizzle-orm'
import type { Grant } from '../access/grants.ts'
import { type Caller, callerWithoutKey, type KeyRole } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { audit } from '../audit/log.ts'
import { newId } from '../lib/id.ts'
import { formatToken, hashesEqual, hashSecret, parseToken, randomSecret } from '../lib/random-secret.ts'
import { keyset, type Page, type PageRequest, pageOf } from '../storage/keyset.ts'
import { prepared } from '../storage/prepared-statements.ts'
import { apiKeys, previews } from '../storage/schema.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'

export type KeyRow = typeof apiKeys.$inferSelect

/** The input of a new key. */
export interface KeyInput {
  name: string
  role: KeyRole
  expiresAt?: string | null | undefined
  rateLimit?: number | null | undefined
  grant?: Grant | null | undefined
}

/** Shortest interval between two updates of a key's last use, in milliseconds: a read must not cause a write each time. */
const LAST_USED_INTERVAL = 60_000

const selectKey = prepared('api_key', (db) =>
  db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.id, sql.placeholder('id'))),
)

/** The prefix of every token, so that secret scanners recognize a leaked one. */
const PREFIX = 'dl_'

/** Creates a key. Only the returned token has the secret; the database stores its hash. */
export async function createKey(
  tx: Writer,
  input: KeyInput,
  context: WriteContext,
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
    createdAt: context.now,
  }
  await tx.insert(apiKeys).values(row)
  await audit(tx, context, { action: 'key.create', target: row.id })
  return { row, token: PREFIX + formatToken(row.id, secret) }
}

/**
 * Replaces the secret of a key; the old one is invalid at once, and the previews that it has created are deleted.
 * Undefined if there is no such key.
 */
export async function rotateKey(
  tx: Writer,
  id: string,
  context: WriteContext,
): Promise<{ row: KeyRow; token: string } | undefined> {
  const secret = randomSecret()
  const [row] = await tx
    .update(apiKeys)
    .set({ secretHash: hashSecret(secret) })
    .where(eq(apiKeys.id, id))
    .returning()
  if (!row) return undefined
  await deletePreviewsBy(tx, id)
  await audit(tx, context, { action: 'key.rotate', target: id })
  return { row, token: PREFIX + formatToken(row.id, secret) }
}

/** The key with this id; undefined if there is none. */
export const readKey = async (db: Reader, id: string): Promise<KeyRow | undefined> => (await selectKey(db, { id }))[0]

/** Updates a key; members that are undefined stay as they are. Undefined if there is no such key. */
export async function updateKey(
  tx: Writer,
  id: string,
  changes: Partial<Pick<KeyRow, 'name' | 'rateLimit' | 'grant'>>,
  context: WriteContext,
): Promise<KeyRow | undefined> {
  const [row] = await tx.update(apiKeys).set(changes).where(eq(apiKeys.id, id)).returning()
  if (row) await audit(tx, context, { action: 'key.update', target: id })
  return row
}

/** Deletes the previews that a key has created: who has the key without right may have created some. */
async function deletePreviewsBy(tx: Writer, key: string): Promise<void> {
  await tx.delete(previews).where(eq(previews.createdBy, key))
}

/**
 * Deletes a key with the previews that it has created, which makes them invalid in every process at once. False if there
 * is no such key.
 */
export async function revokeKey(tx: Writer, id: string, context: WriteContext): Promise<boolean> {
  const deleted = await tx.delete(apiKeys).where(eq(apiKeys.id, id)).returning({ id: apiKeys.id })
  if (deleted.length === 0) return false
  await deletePreviewsBy(tx, id)
  await audit(tx, context, { action: 'key.revoke', target: id })
  return true
}

/** A page of the keys, newest first. */
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

/** Whether the database has an admin key. */
export async function hasAdminKey(db: Reader): Promise<boolean> {
  return (await db.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.role, 'admin')).limit(1)).length > 0
}

/**
 * Gives the function that finds the caller for a bearer token; undefined for a token that is unknown, expired or revoked.
 * It queries the database each time, so that a revoked key is invalid at once. `adminSecret` is a token that has the role
 * admin without a key in the database. `onError` is called if the last use of a key could not be stored.
 */
export function authenticator(
  storage: Storage,
  now: () => Date,
  adminSecret: string | undefined,
  onError: (error: unknown) => void,
): (token: string) => Promise<Caller | undefined> {
  const adminHash = adminSecret === undefined ? undefined : hashSecret(adminSecret)
  const emptyHash = hashSecret('')
  const lastUses = new Map<string, number>()

  /** Stores the use of a key at most once a minute, without delaying the request. */
  function storeUse(id: string): void {
    const time = now().getTime()
    if (time - (lastUses.get(id) ?? 0) < LAST_USED_INTERVAL) return
    lastUses.set(id, time)
    const lastUsedAt = new Date(time).toISOString()
    storage
      .transaction(async (tx) => void (await tx.update(apiKeys).set({ lastUsedAt }).where(eq(apiKeys.id, id))))
      .catch(onError)
  }

  return async (token) => {
    if (adminHash !== undefined && hashesEqual(hashSecret(token), adminHash)) return ENVIRONMENT_ADMIN
    const parts = token.startsWith(PREFIX) ? parseToken(token.slice(PREFIX.length)) : undefined
    const [row] = parts ? await selectKey(storage.reader, { id: parts.id }) : []
    // Also compared for an unknown id, so that it takes as long as a wrong secret.
    const isValid = hashesEqual(hashSecret(parts?.secret ?? ''), row?.secretHash ?? emptyHash)
    if (!row || !isValid || (row.expiresAt !== null && row.expiresAt <= now().toISOString())) return undefined
    storeUse(row.id)
    const { id, name, role, expiresAt, rateLimit, grant } = row
    return { id, name, role: role as KeyRole, expiresAt, rateLimit, grant }
  }
}

const ENVIRONMENT_ADMIN = callerWithoutKey('environment', 'DATELINE_ADMIN_KEY', 'admin')
