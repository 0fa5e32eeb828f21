import { type ParsedUrlQuery, parse, stringify } from 'node:querystring'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { decodeCursor, encodeCursor, invalidCursor } from '../lib/cursor.ts'
import { booleanParameter, integerWithDefault } from '../lib/query-parameters.ts'
import { addLinks } from './link-header.ts'

/** The query parameters that every list takes. */
export const pageParameters = {
  limit: integerWithDefault(1, 100, 20, 'How many items a page has at most.'),
  cursor: z
    .string()
    .max(4_000)
    .optional()
    .meta({ description: 'The cursor of a page: `page.next` or `page.previous` of the same query.' }),
  count: booleanParameter('Whether to count all items; `page.total` has the number.'),
}

/** The `page` member of a list. */
export const PageInfo = z
  .object({
    limit: z.int().meta({ description: 'How many items a page has at most.', examples: [20] }),
    next: z
      .string()
      .nullable()
      .meta({ description: 'The cursor of the next page; null on the last page.', examples: [null] }),
    previous: z
      .string()
      .nullable()
      .meta({ description: 'The cursor of the previous page; null on the first page.', examples: [null] }),
    total: z.int().optional().meta({ description: 'How many items there are on all pages; only with `count=true`.' }),
  })
  .meta({ id: 'Page', description: 'The place of a page in its list.' })
export type PageInfo = z.infer<typeof PageInfo>

/** The schema of a page of items; `id` names it in the OpenAPI document. */
export const listOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({ data: z.array(item).meta({ description: 'The items of this page.' }), page: PageInfo })
    .meta({ id, description: 'A page of a list.' })

/** The position of an item in a list: its sort value, and its id. */
type CursorKeys = readonly [string | number, string]

/**
 * The page that a request's `cursor` and `limit` select, with the functions that describe it in the reply. Throws
 * `invalid-cursor` for a cursor of another query.
 */
export function pageRequest({ url }: Pick<FastifyRequest, 'url'>, limit: number) {
  const { path, query } = urlParts(url)
  const scope = cursorScope({ path, query })
  /** The `page` member of the reply, and the links (RFC 8288) to the next and the previous page. */
  const describe = (page: { next: CursorKeys | null; previous: CursorKeys | null }, total?: number) => {
    const next = page.next && encode(page.next, false, scope)
    const previous = page.previous && encode(page.previous, true, scope)
    const links = [link(path, query, next, 'next'), link(path, query, previous, 'prev')].filter((one) => one !== null)
    const info: PageInfo = { limit, next, previous, ...(total !== undefined && { total }) }
    return { info, links }
  }
  return {
    limit,
    from: query.cursor === undefined ? null : decode(String(query.cursor), scope),
    describe,
    /** The `page` member of the reply; also sets the `Link` header. */
    info(
      reply: FastifyReply,
      page: { next: CursorKeys | null; previous: CursorKeys | null },
      total?: number,
    ): PageInfo {
      const { info, links } = describe(page, total)
      addLinks(reply, links)
      return info
    },
  }
}

/** Parameters that may differ between the pages of one list. */
const UNSCOPED = new Set(['cursor', 'limit', 'count', 'fields', 'include', 'latest', 'facets'])

/** The path and the query of a URL as it was sent: validated parameters have defaults and converted values. */
export function urlParts(url: string): { path: string; query: ParsedUrlQuery } {
  const [path = '', ...search] = url.split('?')
  return { path, query: parse(search.join('?')) }
}

/** The scope of a cursor: the same list, with the same filters and order. */
export function cursorScope({ path, query }: ReturnType<typeof urlParts>): string {
  const scoped = Object.entries(query).filter(([name]) => !UNSCOPED.has(name))
  return JSON.stringify([path, scoped.sort(([a], [b]) => (a < b ? -1 : 1))])
}

const encode = ([sort, id]: CursorKeys, back: boolean, scope: string): string =>
  encodeCursor(scope, [sort, id, back ? 1 : 0])

const Position = z.tuple([z.union([z.string(), z.number()]), z.string(), z.literal([0, 1])])

/** The position in a cursor; throws `invalid-cursor` unless it is one of this scope. */
function decode(cursor: string, scope: string): { keys: CursorKeys; back: boolean } {
  const position = decodeCursor(scope, Position, cursor)
  if (!position) throw invalidCursor('this query')
  const [sort, id, back] = position
  return { keys: [sort, id], back: back === 1 }
}

const link = (path: string, query: ParsedUrlQuery, cursor: string | null, rel: 'next' | 'prev'): string | null =>
  cursor === null ? null : `<${path}?${stringify({ ...query, cursor })}>; rel="${rel}"`
