/**
 * Which requests are taken: under overload the excess is refused at once, so that what is taken is answered soon; and
 * while the service stops listening, requests are held back for a moment.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import { problemJson } from './problems.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a request may be long in flight without being work: it waits for changes, or streams. */
    mayWait?: boolean
  }
}

/** How long one turn of the event loop may be spent on requests before the rest of them are refused, in milliseconds. */
const MAX_TURN = 50
/** Fewer reads than this in a turn are no overload, however long the turn takes; nor are fewer writes. */
const MIN_REQUESTS = 64
/** How many requests may be in flight that have arrived as a whole and that no cache answers. */
const MAX_IN_FLIGHT = { read: 256, write: 64 }
/** Paths that are always answered. */
const HEALTH = /^\/(livez|readyz)(\?|$)/

const OVERLOADED = { headers: { 'retry-after': '1' } }
const overloaded = () => new Problem('busy', 'more requests arrive than can be answered', OVERLOADED)

type Kind = keyof typeof MAX_IN_FLIGHT
const kindOf = (method = ''): Kind => (method === 'GET' || method === 'HEAD' ? 'read' : 'write')

export interface Admission {
  /** The listener that passes on to `handler` what is taken. */
  guard(handler: RequestListener): RequestListener
  /** Limits how many requests are in flight. To be called behind the cache, whose replies do not count. */
  limitInFlight(app: FastifyInstance): void
  /** Holds requests back until `release`. */
  hold(): void
  release(): void
}

/** The admission of the requests of one process; `now` gives the time in milliseconds. */
export function admission(now = () => performance.now()): Admission {
  let turnBegan = 0
  const arrived = { read: 0, write: 0 }
  const inFlight = { read: 0, write: 0 }
  let held: (() => void)[] | undefined

  const isFull = (kind: Kind) => inFlight[kind] >= MAX_IN_FLIGHT[kind]

  function endTurn(): void {
    turnBegan = 0
    arrived.read = 0
    arrived.write = 0
  }

  function isTaken({ method, url = '' }: IncomingMessage): boolean {
    const kind = kindOf(method)
    if (kind === 'write' && isFull('write')) return false
    // Each kind for itself: writes that arrive together must not turn a read away.
    arrived[kind] += 1
    if (turnBegan === 0) {
      turnBegan = now()
      setImmediate(endTurn)
      return true
    }
    return arrived[kind] <= MIN_REQUESTS || now() - turnBegan < MAX_TURN || HEALTH.test(url)
  }

  return {
    guard: (handler) => (request, reply) => {
      if (held) held.push(() => handler(request, reply))
      else if (isTaken(request)) handler(request, reply)
      else refuse(reply)
    },
    limitInFlight(app) {
      // A body that arrives slowly is no work, so a request counts from when it is here.
      app.addHook('preHandler', (request, reply, done) => {
        const { mayWait = false, access } = request.routeOptions.config
        if (mayWait || access === 'open') return done()
        const kind = kindOf(request.method)
        if (isFull(kind)) return done(overloaded())
        // Its client may have gone while it was authenticated; then nothing says when it ends.
        if (reply.raw.destroyed) return done()
        inFlight[kind] += 1
        reply.raw.once('close', () => {
          inFlight[kind] -= 1
        })
        done()
      })
    },
    hold() {
      held ??= []
    },
    release() {
      const requests = held ?? []
      held = undefined
      for (const run of requests) run()
    },
  }
}

function refuse(reply: ServerResponse): void {
  const id = newId()
  const body = problemJson(overloaded(), id)
  reply.writeHead(503, {
    'x-request-id': id,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...OVERLOADED.headers,
  })
  reply.end(body)
}
