import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import type { Grant } from '../access/grants.ts'
import { mediaAccessOf } from '../access/media-access.ts'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { mediaTypeText } from '../http/media-type.ts'
import { onceClosed } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import type { CursorLocation } from '../lib/cursor.ts'
import { type ChangePosition, encodePosition } from './cursor.ts'
import { type ChangesPage, type ChangesQuery, readChanges, resolvePosition } from './page.ts'
import type { SyndicationDeps } from './routes.ts'
import { CursorExpired, includeParameter, sinceParameter } from './schemas.ts'

/** How often a stream sends a comment, so that its connection stays open, in milliseconds. */
const HEARTBEAT_INTERVAL = 15_000
/** How many pages are cached for streams at the same position. */
const MAX_CACHED_PAGES = 16
/** How many changes are read at once. */
const PAGE = 100

const Stream = mediaTypeText(
  'text/event-stream',
  'Server-sent events: `id` is the cursor, `event` the type, `data` the Change.',
)

/** The route of the changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function registerStream(server: FastifyInstance, deps: SyndicationDeps): void {
  const { storage, follower } = deps
  const app = server.withTypeProvider<ZodTypes>()
  const readPage = cachedPages((position, query) => readChanges(storage.reader, position, query), follower)

  app.get(
    '/changes/stream',
    {
      config: { access: 'changes:read', mayWait: true },
      schema: {
        operationId: 'streamChanges',
        summary: 'Stream changes',
        description:
          'The changes as server-sent events, from `since` on, or from `Last-Event-ID`, which a browser sends by itself when it connects again. A slow reader is waited for.',
        tags: ['Changes'],
        headers: z.looseObject({
          'last-event-id': z.string().max(500).optional().meta({ description: 'The `id` of the last event received.' }),
        }),
        querystring: z.strictObject({ since: sinceParameter, include: includeParameter }),
        response: { 200: Stream, 410: CursorExpired },
      },
    },
    async (request, reply) => {
      const { caller, query, headers } = request
      const { grant } = caller
      const lastEventId = headers['last-event-id']
      const where: CursorLocation = lastEventId
        ? { in: 'header', name: 'last-event-id' }
        : { in: 'query', name: 'since' }
      const position = await resolvePosition(storage.reader, lastEventId || query.since, grant, where)
      const mediaAccess = mediaAccessOf(caller)
      const changesQuery: ChangesQuery = { limit: PAGE, grant, withEditions: query.include !== undefined, mediaAccess }
      await sendStream(deps, request, reply, { position, changesQuery, readPage })
    },
  )
}

type ReadPage = (position: ChangePosition, query: ChangesQuery) => Promise<ChangesPage>

/** Sends the changes after a position until the client, the key or the service ends the stream. */
async function sendStream(
  { notifier, openRequests }: SyndicationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { position, changesQuery, readPage }: { position: ChangePosition; changesQuery: ChangesQuery; readPage: ReadPage },
): Promise<void> {
  const closing = new AbortController()
  const { signal } = closing
  const close = () => closing.abort()
  onceClosed(reply, close)
  notifier.closed.addEventListener('abort', close)
  const open = openRequests.watch(request)
  open.signal.addEventListener('abort', close)
  startStream(reply)
  // The reply to HEAD is complete with its headers; otherwise it would stay open as long as a stream.
  if (request.method === 'HEAD') close()
  const heartbeat = setInterval(() => {
    if (!reply.raw.writableNeedDrain) reply.raw.write(':\n\n')
  }, HEARTBEAT_INTERVAL)
  try {
    for (let at = position; !signal.aborted; ) {
      const page = await readPage(at, changesQuery)
      await writeEvents(reply.raw, page, changesQuery.grant, signal)
      at = page.position
      if (!page.hasMore) await notifier.waitAfter(at.seq, signal)
    }
  } catch (err) {
    request.log.warn({ reqId: request.id, err }, 'a stream of changes failed')
  } finally {
    clearInterval(heartbeat)
    open.stop()
    notifier.closed.removeEventListener('abort', close)
    reply.raw.end()
  }
}

function startStream(reply: FastifyReply): void {
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
  reply.hijack()
  // nginx does not buffer a reply with x-accel-buffering. The connection is closed with the stream, so that a shutdown
  // does not wait for it.
  const streaming = { 'x-accel-buffering': 'no', connection: 'close' }
  reply.raw.writeHead(200, { ...headers, ...streaming } as Record<string, string>)
  reply.raw.write('retry: 2000\n\n')
}

async function writeEvents(raw: ServerResponse, { items }: ChangesPage, grant: Grant | null, signal: AbortSignal) {
  for (const { type, position, json } of items)
    await write(raw, `id: ${encodePosition(position, grant)}\nevent: ${type}\ndata: ${json}\n\n`, signal)
}

/** Writes, and waits for a slow reader: what it has not read yet stays in the database, not in memory. */
async function write(raw: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || raw.write(text)) return
  await once(raw, 'drain', { signal }).catch(() => {})
}

/** Caches pages until the next change, so that streams at the same position share one query. */
function cachedPages(read: ReadPage, follower: ChangeFollower): ReadPage {
  let [lastChange, pages] = ['', new Map<string, Promise<ChangesPage>>()]
  return async (position: ChangePosition, query: ChangesQuery): Promise<ChangesPage> => {
    const change = await follower.latest()
    if (change !== lastChange) [lastChange, pages] = [change, new Map()]
    const key = JSON.stringify([position.seq, query])
    const cached = pages.get(key)
    if (pages.size >= MAX_CACHED_PAGES) pages.clear()
    if (cached) return cached
    const page = read(position, query)
    pages.set(key, page)
    page.catch(() => pages.delete(key))
    return page
  }
}
