/** What an article said to the world at some moment: for the record, and for whoever quotes it. */
import { and, desc, eq, gt, isNull, lte, or } from 'drizzle-orm'
import { type LoadedReferences, loadReferences } from '../../editions/reference-loader.ts'
import { compileEdition, type Edition, type LiveState } from '../../editions/store.ts'
import { Problem } from '../../lib/problem.ts'
import { Moment } from '../../lib/schemas.ts'
import { editions, publications } from '../../storage/schema.ts'
import type { Reader } from '../../storage/storage.ts'
import { readRevision } from './store.ts'

/** The query parameter that asks for it. */
export const asOfParameter = Moment.optional().meta({
  description: 'A time in the past: gives what was live then. Not with `version=draft`.',
})

/** Throws `validation` unless `asOf` is a time at which the world can have read something. */
export function checkAsOf(asOf: string | undefined, { version, now }: { version: 'live' | 'draft'; now: Date }): void {
  if (asOf === undefined) return
  if (version === 'draft') throw wrong('is for what was live; a draft has revisions', 'not_with_draft')
  if (asOf > now.toISOString()) throw wrong('must not be in the future', 'wrong_time')
}

function wrong(message: string, code: string): Problem {
  const errors = [{ in: 'query' as const, pointer: '/asOf', code, message }]
  return new Problem('validation', `asOf ${message}`, { errors })
}

/**
 * The edition of a live article as it was at a moment: its text of then with the corrections made by then, and what it
 * refers to as that is today. Throws `not-found` if the article was not live at that moment.
 */
export async function editionAsOf(db: Reader, live: Edition, asOf: string): Promise<Edition> {
  if (live.updatedAt <= asOf) return live
  const { article: id, slug } = live
  const [publication] = await db
    .select({ number: publications.number, at: publications.at, publishedAt: editions.publishedAt })
    .from(publications)
    .innerJoin(editions, eq(editions.article, publications.article))
    .where(
      and(
        eq(publications.article, id),
        lte(publications.at, asOf),
        or(isNull(publications.until), gt(publications.until, asOf)),
      ),
    )
    .orderBy(desc(publications.at), desc(publications.number))
    .limit(1)
  if (!publication) throw new Problem('not-found', `the article was not live at ${asOf}`)
  const { number: version, at, publishedAt } = publication
  const { content } = await readRevision(db, id, version)
  const look = madeBy(asOf, await loadReferences(db, [{ id, content }]))
  const corrected = look.corrections(id)[0]?.at ?? at
  const updatedAt = corrected > at ? corrected : at
  const standing: LiveState = { id, slug, status: 'published', version, publishedAt, updatedAt }
  return compileEdition(standing, content, look)
}

/** What was there by then, but for what has been deleted since. */
function madeBy(asOf: string, look: LoadedReferences): LoadedReferences {
  const there = <T extends { deletedAt: string | null }>(found: (id: string) => T | undefined) => {
    return (id: string) => {
      const row = found(id)
      return row?.deletedAt === null ? row : undefined
    }
  }
  return {
    ...look,
    author: there(look.author),
    source: there(look.source),
    tag: there(look.tag),
    lineage: (id) => (look.lineage(id).at(-1)?.deletedAt === null ? look.lineage(id) : []),
    corrections: (id) => look.corrections(id).filter(({ at }) => at <= asOf),
  }
}
