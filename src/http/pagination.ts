import { type ParsedUrlQuery, parse, stringify } from 'node:querystring'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { decodeCursor, encodeCursor, invalidCursor } from '../lib/cursor.ts'
import { booleanParameter } from '../lib/query-parameters.ts'
import { addLinks } from './link-header.ts'

/** The query parameters that every list takes. */
export const pageParameters = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .meta({ description: 'How many items a page has at most.' }),
  cursor: z
    .string()
    .max(4_000)
    .optional()
    .meta({ description: 'The cursor of a page: `page.next` or `page.previous` of the same query.' }),
  count: booleanParameter('Whether to count all items; `page.total` has the number.'),
}

/** Where a list goes on. */
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

/** A list of the shape, with its page. */
export const listOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({ data: z.array(item).meta({ description: 'The items of this page.' }), page: PageInfo })
    .meta({ id, description: 'A page of a list.' })

type Keys = readonly [string | number, string]

/** Which page a request asks for, and the making of the links to its neighbours. */
export function pageRequest({ url }: Pick<FastifyRequest, 'url'>, limit: number) {
  const { path, query } = urlParts(url)
  const scope = cursorScope({ path, query })
  /** The `page` member of the reply, and the links (RFC 8288) that go with it. */
  const shown = (page: { next: Keys | null; previous: Keys | null }, total?: number) => {
    const next = page.next && encode(page.next, false, scope)
    const previous = page.previous && encode(page.previous, true, scope)
    const links = [link(path, query, next, 'next'), link(path, query, previous, 'prev')].filter((one) => one !== null)
    const info: PageInfo = { limit, next, previous, ...(total !== undefined && { total }) }
    return { info, links }
  }
  return {
    limit,
    from: query.cursor === undefined ? null : decode(String(query.cursor), scope),
    shown,
    /** The `page` member of the reply; sets the `Link` header with it. */
    info(reply: FastifyReply, page: { next: Keys | null; previous: Keys | null }, total?: number): PageInfo {
      const { info, links } = shown(page, total)
      addLinks(reply, links)
      return info
    },
  }
}

/** Parameters that may change from page to page of one list. */
const FREE = new Set(['cursor', 'limit', 'count', 'fields', 'include', 'latest', 'facets'])

/** The path of an address, and its query as it was sent: checked parameters have defaults and forms of their own. */
export function urlParts(url: string): { path: string; query: ParsedUrlQuery } {
  const [path = '', ...search] = url.split('?')
  return { path, query: parse(search.join('?')) }
}

/** What a cursor is good for: the same list, filtered and sorted in the same way. */
export function cursorScope({ path, query }: ReturnType<typeof urlParts>): string {
  const fixed = Object.entries(query).filter(([name]) => !FREE.has(name))
  return JSON.stringify([path, fixed.sort(([a], [b]) => (a < b ? -1 : 1))])
}

const encode = ([sort, id]: Keys, back: boolean, scope: string): string => encodeCursor(scope, [sort, id, back ? 1 : 0])

const Position = z.tuple([z.union([z.string(), z.number()]), z.string(), z.literal([0, 1])])

/** The position in a cursor; throws `invalid-cursor` for one of another query. */
function decode(cursor: string, scope: string): { keys: Keys; back: boolean } {
  const position = decodeCursor(scope, Position, cursor)
  if (!position) throw invalidCursor('this query')
  const [sort, id, back] = position
  return { keys: [sort, id], back: back === 1 }
}

const link = (path: string, query: ParsedUrlQuery, cursor: string | null, rel: 'next' | 'prev'): string | null =>
  cursor === null ? null : `<${path}?${stringify({ ...query, cursor })}>; rel="${rel}"`
