/** The filters of the list of media. */
import { and, eq, lt, notExists, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { MAX_CREDIT, syndications } from '../lib/media.ts'
import { booleanParameter } from '../lib/query-parameters.ts'
import { Moment } from '../lib/schemas.ts'
import { memberOf } from '../storage/dialect.ts'
import { articleRefs, authors, editionRefs, media, sections, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { mediaKinds } from './file-types.ts'
import { mediaStatuses } from './schemas.ts'

export const mediaFilters = {
  kind: z.enum(mediaKinds).optional().meta({ description: 'Only files of this kind.' }),
  status: z.enum(mediaStatuses).optional().meta({ description: 'Only files of this status.' }),
  credit: z.string().max(MAX_CREDIT).optional().meta({ description: 'Only files with exactly this credit line.' }),
  syndication: z.enum(syndications).optional().meta({ description: 'Only files whose rights have this syndication.' }),
  unused: booleanParameter('Only files that no article and no other entry uses, not even a working copy.'),
  'expiresAt[lt]': Moment.optional().meta({ description: 'Only files whose rights expire before this.' }),
}

/** The predicates for the filters of a request. */
export function wherePredicates(db: Reader, filters: Record<string, unknown>): (SQL | undefined)[] {
  const { kind, status, credit, syndication, unused, 'expiresAt[lt]': expiresBefore } = filters
  return [
    kind === undefined ? undefined : eq(media.kind, String(kind)),
    status === undefined ? undefined : eq(media.status, String(status)),
    credit === undefined ? undefined : eq(media.credit, String(credit)),
    syndication === undefined ? undefined : eq(memberOf(media.rights, 'syndication'), JSON.stringify(syndication)),
    unused === true ? isUnused(db) : undefined,
    expiresBefore === undefined ? undefined : lt(media.expiresAt, String(expiresBefore)),
  ]
}

/** The predicate that nothing uses a file: no working copy, no edition, and no other entry as its image. */
function isUnused(db: Reader): SQL | undefined {
  const one = { one: sql<number>`1` }
  const byArticles = [articleRefs, editionRefs].map((refs) =>
    notExists(
      db
        .select(one)
        .from(refs)
        .where(and(eq(refs.kind, 'media'), eq(refs.ref, media.id))),
    ),
  )
  const byEntries = [authors, sources, sections, tags].map((entries) =>
    notExists(db.select(one).from(entries).where(eq(entries.image, media.id))),
  )
  return and(...byArticles, ...byEntries)
}
