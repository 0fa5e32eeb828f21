import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { mediaAccessOf } from '../access/media-access.ts'
import type { Caller } from '../access/roles.ts'
import { writeContext } from '../access/write-context.ts'
import type { ChangeFollower } from '../changes/change-follower.ts'
import type { ChangeNotifier } from '../changes/change-notifier.ts'
import { lastPosition, lastSeq } from '../changes/log.ts'
import { unauthenticated } from '../http/access.ts'
import { NoQuery } from '../http/common-schemas.ts'
import { onceClosed } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import type { OpenRequests } from '../keys/open-requests.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { integerWithDefault } from '../lib/query-parameters.ts'
import type { Storage } from '../storage/storage.ts'
import { cursorExpired, decodeSnapshot, encodePosition, encodeSnapshot } from './cursor.ts'
import { type ChangesPage, type ChangesQuery, readSnapshot, resolvePosition, waitForChanges } from './page.ts'
import { acknowledge, listReceipts } from './receipts.ts'
import { ChangeList, CursorExpired, includeParameter, Receipt, Snapshot, sinceParameter } from './schemas.ts'

export interface SyndicationDeps {
  storage: Storage
  clock: Clock
  follower: ChangeFollower
  notifier: ChangeNotifier
  openRequests: OpenRequests
  /** The caller that the key of a request belongs to now; undefined if the key is not valid any more. */
  identify: (request: FastifyRequest) => Promise<Caller | undefined>
}

/** How long a request may wait for changes, in seconds: less than the timeout of idle connections at proxies. */
const MAX_WAIT = 50

const Query = z.strictObject({
  since: sinceParameter,
  limit: integerWithDefault(1, 1_000, 100, 'How many changes at most.'),
  wait: integerWithDefault(0, MAX_WAIT, 0, 'How many seconds to wait for a change where there is none yet.'),
  include: includeParameter,
})

const SnapshotQuery = z.strictObject({
  limit: integerWithDefault(1, 500, 100, 'How many articles at most.'),
  cursor: z.string().max(500).optional().meta({ description: '`page.next` of the page before.' }),
})

const tags = ['Changes']

/** The routes of the changes, of the snapshot to begin with, and of receipts. */
export function registerChanges(server: FastifyInstance, deps: SyndicationDeps): void {
  const { storage, clock } = deps
  const app = server.withTypeProvider<ZodTypes>()
  const db = storage.reader

  app.get(
    '/changes',
    {
      config: { access: 'changes:read', mayWait: true },
      schema: {
        operationId: 'listChanges',
        summary: 'List changes',
        description:
          'Every change of what the public reads, in the order of commits, without a gap. Continue from `page.next`, which is always present. Store the article of each change, unless it is `gone`: then drop it. Changes show an article as it is when they are read, so reading some again does no harm. A key with a grant gets the changes of what it may read, and of what it may not read any more.',
        tags,
        querystring: Query,
        response: { 200: ChangeList, 410: CursorExpired },
      },
    },
    async (request, reply) => {
      const { grant } = request.caller
      const { position, hasMore, items } = await changesFor(deps, request, reply, request.query)
      const info = { next: encodePosition(position, grant), hasMore }
      const data = items.map(({ json }) => json).join(',')
      reply.header('content-type', 'application/json; charset=utf-8')
      return reply.send(`{"data":[${data}],"page":${JSON.stringify(info)}}` as never)
    },
  )

  app.get(
    '/changes/snapshot',
    {
      config: { access: 'changes:read' },
      schema: {
        operationId: 'getSnapshot',
        summary: 'Get a snapshot',
        description:
          'All live articles, page by page. Read all pages, drop every other article, and follow the changes from `page.since`, which is the same on every page. It comes before whatever changes meanwhile.',
        tags,
        querystring: SnapshotQuery,
        response: { 200: Snapshot },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query
      const { grant } = request.caller
      const { since, lastArticle } =
        cursor === undefined ? { since: await lastPosition(db), lastArticle: '' } : decodeSnapshot(cursor)
      const { documents, last } = await readSnapshot(db, {
        after: lastArticle,
        limit,
        grant,
        mediaAccess: mediaAccessOf(request.caller),
      })
      const next = last === null ? null : encodeSnapshot({ since, lastArticle: last })
      reply.header('content-type', 'application/json; charset=utf-8')
      const page = JSON.stringify({ next, since: encodePosition(since, grant) })
      return reply.send(`{"data":[${documents.join(',')}],"page":${page}}` as never)
    },
  )

  app.put(
    '/changes/cursor',
    {
      config: { access: 'changes:read' },
      schema: {
        operationId: 'acknowledgeChanges',
        summary: 'Acknowledge changes',
        description: 'Says how far a partner has stored the changes. Editors see it. It never moves back.',
        tags,
        body: z
          .strictObject({
            cursor: z.string().max(500).meta({ description: '`page.next` of the last page that was stored.' }),
          })
          .meta({
            id: 'Acknowledgement',
            description: 'The cursor of the last page that was stored.',
            examples: [{ cursor: 'a2Q4Mm1aWzQ3MTFd' }],
          }),
        response: { 200: Receipt, 410: CursorExpired },
      },
    },
    async (request) => {
      const { caller, body } = request
      const position = await resolvePosition(db, body.cursor, caller.grant, { in: 'body', name: 'cursor' })
      const key = { id: caller.id ?? '', name: caller.name }
      if (caller.role !== 'partner')
        throw new Problem('forbidden', 'only partners acknowledge changes: use a key with the role partner')
      const row = await storage.transaction((tx) => acknowledge(tx, key.id, position.seq, writeContext(request, clock)))
      return { key, seq: row.seq, at: row.at, behind: (await lastSeq(db)) - row.seq }
    },
  )

  app.get(
    '/changes/receipts',
    {
      config: { access: 'content:write' },
      schema: {
        operationId: 'listReceipts',
        summary: 'List receipts',
        description: 'Shows how far each partner has acknowledged the changes.',
        tags,
        querystring: NoQuery,
        response: {
          200: z
            .object({ data: z.array(Receipt).meta({ description: 'One for each partner, by name.' }) })
            .meta({ id: 'ReceiptList', description: 'Every partner, by name.' }),
        },
      },
    },
    async () => ({ data: await listReceipts(db) }),
  )
}

/** The changes that a request names; waits for one as long as the request allows. Throws if the key ends meanwhile. */
async function changesFor(
  { storage, notifier, openRequests, identify }: SyndicationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { since, limit, wait, include }: z.output<typeof Query>,
): Promise<ChangesPage> {
  const { grant } = request.caller
  const position = await resolvePosition(storage.reader, since, grant)
  const disconnect = new AbortController()
  onceClosed(reply, () => disconnect.abort())
  const open = openRequests.watch(request)
  const deadline = wait > 0 ? AbortSignal.timeout(wait * 1_000) : AbortSignal.abort()
  const signal = AbortSignal.any([deadline, disconnect.signal, open.signal])
  const mediaAccess = mediaAccessOf(request.caller)
  const query: ChangesQuery = { limit, grant, withEditions: include !== undefined, mediaAccess }
  const page = await waitForChanges(storage.reader, position, query, notifier, signal).finally(open.stop)
  if (open.signal.aborted)
    throw (await identify(request)) ? cursorExpired('the grant of the key has changed') : unauthenticated()
  return page
}
