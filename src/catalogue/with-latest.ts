/** Front pages: entries with the newest articles of each, in one reply. */
import * as z from 'zod'
import { serialiserOf } from '../http/serializer.ts'
import { Problem } from '../lib/problem.ts'
import { enumList } from '../lib/query-parameters.ts'
import type { Reader } from '../storage/storage.ts'
import type { EntryInput, EntryKind, EntryRow } from './entry.ts'

/** How an entry comes by its newest articles, of which the catalogue knows nothing. */
export interface Newest {
  /** The shape of an article in a list. */
  Card: z.ZodType
  /** The newest live articles that refer to an entry, newest first, as finished JSON. */
  newest(noun: string, id: string, limit: number): Promise<string[]>
}

/** How many articles an entry has on a front page, unless it is said. */
const USUAL = 5

/** The query parameters that ask for a front page. */
export const withLatestParameters = {
  include: enumList(['latest'], 'What to add to each: `latest`, its newest articles.').optional(),
  latest: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .optional()
    .meta({ description: `How many of the newest articles, with \`include=latest\`; ${USUAL} if left out.` }),
}

/** How many of the newest articles are asked for; undefined for none. Throws `validation` for a number of nothing. */
export function latestWanted({
  include,
  latest,
}: {
  include?: string[] | undefined
  latest?: number | undefined
}): number | undefined {
  if (include !== undefined) return latest ?? USUAL
  if (latest === undefined) return undefined
  const message = 'goes with include=latest'
  const errors = [{ in: 'query' as const, pointer: '/latest', code: 'not_included', message }]
  throw new Problem('validation', `latest ${message}`, { errors })
}

/** The shape of the replies with one kind of entry, and the making of those that are front pages. */
export function withLatest<Row extends EntryRow, Input extends EntryInput>(
  kind: EntryKind<Row, Input>,
  { Card, newest }: Newest,
) {
  const { noun, title, below } = kind
  const latest = z
    .array(Card)
    .optional()
    .meta({ description: 'Its newest articles, newest first; only with `include=latest`.' })
  const Child = z
    .object({ ...kind.View.shape, latest })
    .meta({ id: `Child${title}`, description: `A ${noun} below another, on its front page.` })
  const children = z
    .array(Child)
    .optional()
    .meta({ description: `The ${kind.plural} right below it, by position; only of one, with \`include=latest\`.` })
  const View = z.object({ ...kind.View.shape, latest, ...(below && { children }) }).meta({ ...kind.View.meta() })
  // Made when it is first needed, as for all replies.
  let serialise: ((view: unknown) => string) | undefined

  /** An entry and its newest articles, which are finished JSON already. */
  async function withLatest(view: { id: string }, limit: number): Promise<string> {
    serialise ??= serialiserOf(View)
    const cards = await newest(noun, view.id, limit)
    return withMember(serialise(view), 'latest', cards)
  }

  return {
    View,
    /** Entries with their newest articles, as JSON. */
    many: (views: { id: string }[], limit: number): Promise<string[]> =>
      Promise.all(views.map((view) => withLatest(view, limit))),
    /** One entry with its newest articles and, in a tree, those right below it with theirs; and the ids of them. */
    async one(
      db: Reader,
      row: Row,
      views: (rows: Row[]) => Promise<{ id: string }[]>,
      limit: number,
    ): Promise<{ ids: string[]; json: string }> {
      const rows = [row, ...((await below?.(db, row)) ?? [])]
      const [json = '', ...inner] = await this.many(await views(rows), limit)
      return { ids: rows.map(({ id }) => id), json: below ? withMember(json, 'children', inner) : json }
    },
  }
}

/** The JSON of an object that is not empty, with one more member: a list of what is JSON already. */
const withMember = (json: string, name: string, items: string[]): string =>
  `${json.slice(0, -1)},"${name}":[${items.join(',')}]}`
