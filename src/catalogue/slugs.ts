import { randomBytes } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import { isId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { numbered, slugOf } from '../lib/slug.ts'
import { slugs } from '../storage/schema.ts'
import { prepared, type Reader, type Writer } from '../storage/storage.ts'

/** How many numbers are tried behind a slug before chance decides. */
const MAX_NUMBER = 20

const selectTarget = prepared('slug_target', (db) =>
  db
    .select({ target: slugs.target })
    .from(slugs)
    .where(and(eq(slugs.kind, sql.placeholder('kind')), eq(slugs.slug, sql.placeholder('slug')))),
)

/** The id that an id or a slug, present or former, leads to; undefined for a slug that leads nowhere. */
export async function idOf(db: Reader, kind: string, reference: string): Promise<string | undefined> {
  if (isId(reference)) return reference
  const [row] = await selectTarget(db, { kind, slug: reference })
  return row?.target
}

/**
 * Gives the thing a slug: the one `wanted`, or one made from its name and numbered where that is taken. Throws
 * `conflict` if the one wanted belongs to another.
 */
export async function claimSlug(
  tx: Writer,
  claim: { kind: string; target: string; wanted?: string | undefined; name: string; live: boolean },
): Promise<string> {
  const { kind, target, wanted, name, live } = claim
  if (wanted !== undefined) {
    const owner = await idOf(tx, kind, wanted)
    if (owner !== undefined && owner !== target) throw slugTaken(wanted)
    await enter(tx, { kind, slug: wanted, target, live })
    return wanted
  }
  for (const slug of candidates(slugOf(name, kind))) {
    const owner = await idOf(tx, kind, slug)
    if (owner !== undefined && owner !== target) continue
    await enter(tx, { kind, slug, target, live })
    return slug
  }
  throw new Error('no slug is free')
}

const names = ['kind', 'slug', 'target', 'live'] as const
const entering = (tx: Writer) =>
  tx.insert(slugs).values(Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as never)
const conflict = { target: [slugs.kind, slugs.slug] }
const enterUnseen = prepared('slug_unseen', (tx: Writer) => entering(tx).onConflictDoNothing(conflict))
const enterLive = prepared('slug_live', (tx: Writer) =>
  entering(tx).onConflictDoUpdate({ ...conflict, set: { live: true } }),
)

/** Marks a slug as seen by the world: it stays with its thing from now on. */
export async function enter(
  tx: Writer,
  entry: { kind: string; slug: string; target: string; live: boolean },
): Promise<void> {
  await (entry.live ? enterLive : enterUnseen)(tx, entry)
}

/** Gives back a slug that the world has never seen. */
export async function release(tx: Writer, kind: string, slug: string): Promise<void> {
  await tx.delete(slugs).where(and(eq(slugs.kind, kind), eq(slugs.slug, slug), eq(slugs.live, false)))
}

/** Gives back all slugs of a thing that is gone for good. */
export async function releaseAll(tx: Writer, target: string): Promise<void> {
  await tx.delete(slugs).where(eq(slugs.target, target))
}

function* candidates(slug: string): Generator<string> {
  yield slug
  for (let number = 2; number <= MAX_NUMBER; number++) yield numbered(slug, number)
  for (;;) yield numbered(slug, randomBytes(4).readUInt32BE())
}

function slugTaken(slug: string): Problem {
  const message = 'belongs to another'
  return new Problem('conflict', `the slug "${slug}" ${message}`, {
    errors: [{ in: 'body', pointer: '/slug', code: 'slug_taken', message }],
  })
}
