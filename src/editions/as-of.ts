/** Editions of the past: what was live at a given time. */
import { and, desc, eq, gt, isNull, lte, or } from 'drizzle-orm'
import { Problem } from '../lib/problem.ts'
import { Moment } from '../lib/schemas.ts'
import { editions, publications } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import type { Content } from './content.ts'
import { type LoadedReferences, loadReferences } from './reference-loader.ts'
import { compileEdition, type Edition, type LiveState } from './store.ts'

/** The query parameter `asOf`. */
export const asOfParameter = Moment.optional().meta({
  description: 'A time in the past: gives what was live then. Not with `version=draft`.',
})

/** Throws `validation` for an `asOf` in the future or together with `version=draft`. */
export function checkAsOf(asOf: string | undefined, { version, now }: { version: 'live' | 'draft'; now: Date }): void {
  if (asOf === undefined) return
  if (version === 'draft') throw wrong('is for what was live; a draft has revisions', 'not_with_draft')
  if (asOf > now.toISOString()) throw wrong('must not be in the future', 'wrong_time')
}

function wrong(message: string, code: string): Problem {
  const errors = [{ in: 'query' as const, pointer: '/asOf', code, message }]
  return new Problem('validation', `asOf ${message}`, { errors })
}

/** Reads the content of a version of an article that is or was live. */
export type ReadContent = (db: Reader, article: string, version: number) => Promise<Content>

/**
 * The edition of a live article at a time: the content and corrections of that time, with what the article refers to as
 * it is now. Throws `not-found` if the article was not live at that time.
 */
export async function editionAsOf(db: Reader, live: Edition, asOf: string, readContent: ReadContent): Promise<Edition> {
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
  const content = await readContent(db, id, version)
  const references = asOfTime(asOf, await loadReferences(db, [{ id, content }]))
  const corrected = references.corrections(id)[0]?.at ?? at
  const updatedAt = corrected > at ? corrected : at
  const state: LiveState = { id, slug, status: 'published', version, publishedAt, updatedAt }
  return compileEdition(state, content, references)
}

/** References without entries that are deleted now, and without corrections after the time. */
function asOfTime(asOf: string, references: LoadedReferences): LoadedReferences {
  const notDeleted = <T extends { deletedAt: string | null }>(find: (id: string) => T | undefined) => {
    return (id: string) => {
      const row = find(id)
      return row?.deletedAt === null ? row : undefined
    }
  }
  return {
    ...references,
    author: notDeleted(references.author),
    source: notDeleted(references.source),
    tag: notDeleted(references.tag),
    lineage: (id) => (references.lineage(id).at(-1)?.deletedAt === null ? references.lineage(id) : []),
    corrections: (id) => references.corrections(id).filter(({ at }) => at <= asOf),
  }
}
