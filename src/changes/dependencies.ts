/**
 * What a cached reply depends on, and what a change alters, in keys: the id of an article or entry, a reference that an
 * article has, and one for all entries.
 *
 * A list of the articles with a tag changes only with a change to an article that has or had this tag, and a list by tag
 * and section only with one that has or had both. An entry can alter any list: lists show names, and are requested by
 * slugs.
 */
import { asc, gt, sql } from 'drizzle-orm'
import { referencesIn } from '../access/references.ts'
import { placeholder, prepared } from '../storage/prepared-statements.ts'
import { changes, editionRefs } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'

/** What a reply depends on: a change that has a key of each of the groups may alter it. Null: every change may. */
export type Dependencies = readonly (readonly string[])[] | null

/** The key of every change to an entry of the catalogue, or to media. */
const ENTRIES = 'entries'

const referenceKey = (kind: string, ref: string): string => `${kind} ${ref}`

/** What a reply about one article depends on. */
export const onArticle = (id: string): Dependencies => [[id]]

/** What a list depends on whose articles have, of each of these kinds, one of the references. */
export const onReferences = (filters: { kind: string; ids: string[] }[]): Dependencies =>
  filters.length === 0 ? null : filters.map(({ kind, ids }) => [ENTRIES, ...ids.map((id) => referenceKey(kind, id))])

/** Whether changes with these keys may alter what depends on this. */
export const mayAlter = (changed: ReadonlySet<string>, dependencies: Dependencies): boolean =>
  dependencies === null || dependencies.every((group) => group.some((key) => changed.has(key)))

/** A change in the log, and the keys of what it alters. */
export interface KeyedChange {
  seq: number
  at: string
  keys: string[]
}

/** One statement, so that the references are those after the last of the changes. */
const selectKeyed = prepared('keyed_changes', (db) =>
  db
    .select({
      seq: changes.seq,
      at: changes.at,
      type: changes.type,
      target: changes.target,
      previousAttributes: changes.previousAttributes,
      references: sql<string | null>`(
        select string_agg(${editionRefs.kind} || ' ' || ${editionRefs.ref}, ',')
        from ${editionRefs} where ${editionRefs.article} = ${changes.target})`,
    })
    .from(changes)
    .where(gt(changes.seq, sql.placeholder('seq')))
    .orderBy(asc(changes.seq))
    .limit(placeholder('limit')),
)

/** The changes after the one with number `seq`, in their order, at most `limit`, with their keys. */
export async function keyedChangesAfter(db: Reader, seq: number, limit: number): Promise<KeyedChange[]> {
  const rows = await selectKeyed(db, { seq, limit })
  return rows.map(({ seq, at, type, target, previousAttributes, references }) => ({
    seq,
    at,
    keys: [
      target,
      ...(type.startsWith('article.') ? [] : [ENTRIES]),
      ...(references?.split(',') ?? []),
      ...Object.entries(referencesIn(previousAttributes ?? {})).flatMap(([kind, refs = []]) =>
        refs.map((ref) => referenceKey(kind, ref)),
      ),
    ],
  }))
}
