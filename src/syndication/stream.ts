import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as z from 'zod'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { mediaTypeText } from '../http/media-type.ts'
import type { ZodTypes } from '../http/validation.ts'
import type { CursorPlace } from '../lib/cursor.ts'
import { type ChangePosition, encodePosition } from './cursor.ts'
import { type ChangesPage, type ChangesQuery, readChanges } from './page.ts'
import { includeParameter, resolvePosition, type SyndicationDeps, sinceParameter } from './routes.ts'
import { CursorExpired } from './schemas.ts'

/** How often a silent stream says that it is there, and its key is checked again, in milliseconds. */
const HEARTBEAT = 15_000
/** How many pages are kept for streams that stand at the same place. */
const MOST_SHARED = 16
/** How many changes are read at once. */
const PAGE = 100

const Stream = mediaTypeText(
  'text/event-stream',
  'Server-sent events: `id` is the cursor, `event` the type, `data` the Change.',
)

/** The log of changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export function registerStream(
  server: FastifyInstance,
  { storage, follower: news, notifier: watch, identify }: SyndicationDeps,
): void {
  const app = server.withTypeProvider<ZodTypes>()
  const pages = sharedPages((place, query) => readChanges(storage.reader, place, query), news)

  app.get(
    '/changes/stream',
    {
      config: { access: 'changes:read' },
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
      const last = headers['last-event-id']
      const where: CursorPlace = last ? { in: 'header', name: 'last-event-id' } : { in: 'query', name: 'since' }
      let place = await resolvePosition(storage, last || query.since, caller, where)
      const wanted: ChangesQuery = { limit: PAGE, grant, withEditions: query.include !== undefined }
      const left = new AbortController()
      const { signal } = left
      const leave = () => left.abort()
      reply.raw.once('close', leave)
      watch.closed.addEventListener('abort', leave)
      open(reply)
      // A head alone is complete now; it would else be held back until the stream ends.
      if (request.method === 'HEAD') leave()
      const beat = setInterval(() => {
        if (!reply.raw.writableNeedDrain) reply.raw.write(':\n\n')
        // A key that was revoked, has expired or has another grant ends its streams.
        identify(request).then((now) => {
          if (!now || JSON.stringify(now.grant) !== JSON.stringify(grant)) leave()
        }, leave)
      }, HEARTBEAT)
      try {
        while (!signal.aborted) {
          const page = await pages(place, wanted)
          for (const { type, position: place, json } of page.items)
            await write(reply.raw, `id: ${encodePosition(place, grant)}\nevent: ${type}\ndata: ${json}\n\n`, signal)
          place = page.position
          if (!page.hasMore) await watch.waitAfter(place.seq, signal)
        }
      } catch (err) {
        request.log.warn({ reqId: request.id, err }, 'a stream of changes broke off')
      } finally {
        clearInterval(beat)
        watch.closed.removeEventListener('abort', leave)
        reply.raw.end()
      }
    },
  )
}

function open(reply: FastifyReply): void {
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
  reply.hijack()
  // Proxies that collect replies before they pass them on are told not to; the connection ends with the stream, so that
  // a service that stops need not wait for it.
  const own = { 'x-accel-buffering': 'no', connection: 'close' }
  reply.raw.writeHead(200, { ...headers, ...own } as Record<string, string>)
  reply.raw.write('retry: 2000\n\n')
}

/** Writes, and waits while the reader is slower: what it has not read yet stays in the log, not in memory. */
async function write(raw: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || raw.write(text)) return
  await once(raw, 'drain', { signal }).catch(() => {})
}

/** Streams that stand at the same place share what is read there, until something changes. */
function sharedPages(read: (place: ChangePosition, query: ChangesQuery) => Promise<ChangesPage>, news: ChangeFollower) {
  let [madeUnder, pages] = ['', new Map<string, Promise<ChangesPage>>()]
  return async (place: ChangePosition, query: ChangesQuery): Promise<ChangesPage> => {
    const change = await news.latest()
    if (change !== madeUnder) [madeUnder, pages] = [change, new Map()]
    const key = JSON.stringify([place.seq, query])
    const before = pages.get(key)
    if (pages.size >= MOST_SHARED) pages.clear()
    if (before) return before
    const page = read(place, query)
    pages.set(key, page)
    page.catch(() => pages.delete(key))
    return page
  }
}
