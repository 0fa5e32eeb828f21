/** `include=latest`: entries with the newest articles of each, for front pages. */
import * as z from 'zod'
import { serializerOf } from '../http/serializer.ts'
import { getOrCreate } from '../lib/cache.ts'
import { Problem } from '../lib/problem.ts'
import { enumList, integerParameter } from '../lib/query-parameters.ts'
import type { Reader } from '../storage/storage.ts'
import type { EntryInput, EntryKind, EntryRow } from './entry.ts'

/** Loads articles for entries; passed in, because the catalogue must not import from editions. */
export interface LatestArticles {
  /** The schema of an article in a list. */
  Card: z.ZodType
  /** The newest editions that refer to an entry, newest first, as serialised JSON. */
  newest(noun: string, id: string, limit: number): Promise<string[]>
}

/** The default of the query parameter `latest`. */
const DEFAULT_LATEST = 5

/** The query parameters that add the newest articles. */
export const withLatestParameters = {
  include: enumList(['latest'], 'What to add to each: `latest`, its newest articles.').optional(),
  latest: integerParameter(
    1,
    20,
    `How many of the newest articles, with \`include=latest\`; ${DEFAULT_LATEST} if left out.`,
  ).optional(),
}

/** How many articles to add to each entry; undefined for none. Throws `validation` for `latest` without `include`. */
export function latestLimit({
  include,
  latest,
}: {
  include?: string[] | undefined
  latest?: number | undefined
}): number | undefined {
  if (include !== undefined) return latest ?? DEFAULT_LATEST
  if (latest === undefined) return undefined
  const message = 'goes with include=latest'
  const errors = [{ in: 'query' as const, pointer: '/latest', code: 'not_included', message }]
  throw new Problem('validation', `latest ${message}`, { errors })
}

/** The reply schemas that were made: what is compiled for a schema is found by it. */
const replySchemas = new WeakMap<object, z.ZodObject>()

/** The reply schema of one kind of entry, with its newest articles. */
function replySchema<Row extends EntryRow, Input extends EntryInput>(
  { View, noun, title, plural, children }: EntryKind<Row, Input>,
  Card: z.ZodType,
): z.ZodObject {
  const latest = z
    .array(Card)
    .optional()
    .meta({ description: 'Its newest articles, newest first; only with `include=latest`.' })
  const Child = z
    .object({ ...View.shape, latest })
    .meta({ id: `Child${title}`, description: `A ${noun} below another, on its front page.` })
  const childrenMember = z
    .array(Child)
    .optional()
    .meta({ description: `The ${plural} right below it, by position; only of one, with \`include=latest\`.` })
  return z.object({ ...View.shape, latest, ...(children && { children: childrenMember }) }).meta({ ...View.meta() })
}

/** The reply schema of one kind of entry, and the serialisation of entries with their newest articles. */
export function withLatest<Row extends EntryRow, Input extends EntryInput>(
  kind: EntryKind<Row, Input>,
  { Card, newest }: LatestArticles,
) {
  const { noun, children } = kind
  const View = getOrCreate(replySchemas, kind, () => replySchema(kind, Card))

  /** An entry with its newest articles, as JSON. */
  async function serialise(view: { id: string }, limit: number): Promise<string> {
    return withMember(serializerOf(View)(view), 'latest', await newest(noun, view.id, limit))
  }

  return {
    View,
    /** The JSON of entries with `limit` articles each. */
    many: (views: { id: string }[], limit: number): Promise<string[]> =>
      Promise.all(views.map((view) => serialise(view, limit))),
    /** The JSON of one entry with its articles and, in a tree, its children with theirs; `ids` are those of all entries. */
    async one(
      db: Reader,
      row: Row,
      views: (rows: Row[]) => Promise<{ id: string }[]>,
      limit: number,
    ): Promise<{ ids: string[]; json: string }> {
      const rows = [row, ...((await children?.(db, row)) ?? [])]
      const [json = '', ...inner] = await this.many(await views(rows), limit)
      return { ids: rows.map(({ id }) => id), json: children ? withMember(json, 'children', inner) : json }
    },
  }
}

/** Appends a member to the JSON of a non-empty object: an array of items that are JSON already. */
const withMember = (json: string, name: string, items: string[]): string =>
  `${json.slice(0, -1)},"${name}":[${items.join(',')}]}`
