/** Answers from the cache in front of the application: the way of nearly all public reads. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyContextConfig } from 'fastify'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { isOverLimit } from '../http/rate-limit.ts'
import type { EarlyAnswer } from '../http/shortcut.ts'
import type { RateWindow } from '../lib/rate-windows.ts'
import { isWithoutHandler } from './answerable.ts'
import type { CachedReplies } from './cached-replies.ts'

export interface EarlyAnswerOptions {
  follower: ChangeFollower
  /** Counts replies that the cache had. */
  counts: { hits: number }
  /** The id of a request. */
  requestId: (request: IncomingMessage) => string
  /** Counts a request without a key for its rate limit. */
  countRequest: (request: IncomingMessage) => RateWindow | null
  /** Runs after each answer; `seconds` is how long it took. */
  onAnswered?: ((route: FastifyContextConfig, status: number, seconds: number) => void) | undefined
}

/**
 * Answers a GET without a key whose reply is cached and valid. Everything else, and every fault, is left to the
 * application: there it is reported.
 */
export function earlyAnswer(replies: CachedReplies, options: EarlyAnswerOptions): EarlyAnswer {
  const { follower, counts, requestId, countRequest, onAnswered } = options

  /** Sends the reply that is cached since the change with this token; false if there is none. */
  function send(request: IncomingMessage, to: ServerResponse, token: string): boolean {
    const began = onAnswered && performance.now()
    const { url = '', headers } = request
    const response = replies.find({ url, headers }, token)
    if (response === undefined || !isWithoutHandler(headers, response.config)) return false
    const rateWindow = countRequest(request)
    if (rateWindow !== null && isOverLimit(rateWindow)) return false
    counts.hits += 1
    const status = replies.send({ url, headers }, { id: requestId(request), rateWindow }, to, response)
    if (began !== undefined) onAnswered?.(response.config, status, (performance.now() - began) / 1_000)
    return true
  }

  return (request, response, next) => {
    const { method, url = '', headers } = request
    if (method !== 'GET' || headers.authorization !== undefined || !replies.has(url)) return next()
    const answer = (token: string) => {
      try {
        if (send(request, response, token)) return
      } catch {
        if (response.headersSent) return void response.destroy()
      }
      next()
    }
    let token: ReturnType<ChangeFollower['latest']>
    try {
      token = follower.latest()
    } catch {
      return next()
    }
    if (typeof token === 'string') answer(token)
    else token.then(answer, next)
  }
}
