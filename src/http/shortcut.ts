/** What answers requests in front of the application: without routing, hooks and handlers. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isSafe } from './forward.ts'

/** Answers a request, or calls `next` if the application has to. Never throws. */
export type EarlyAnswer = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

export interface Shortcut {
  /** The listener that passes on to `listener` what has no early answer. */
  before(listener: RequestListener): RequestListener
  /** Sets what answers early; nothing does before. */
  use(answer: EarlyAnswer): void
  /** From then on nothing answers early, and each connection is closed with its next reply, as the application does it. */
  end(): void
}

/** What answers early. Requests that are not safe go to `forward`, if there is that, and not to the application. */
export function shortcut(forward?: RequestListener): Shortcut {
  let answer: EarlyAnswer = pass
  let hasEnded = false
  const forwarding =
    (listener: RequestListener, forward: RequestListener): RequestListener =>
    (request, response) => {
      if (isSafe(request)) return listener(request, response)
      if (hasEnded) response.shouldKeepAlive = false
      forward(request, response)
    }
  return {
    before(listener) {
      const other = forward ? forwarding(listener, forward) : listener
      return (request, response) => answer(request, response, () => other(request, response))
    },
    use(next) {
      answer = next
    },
    end() {
      answer = pass
      hasEnded = true
    },
  }
}

const pass: EarlyAnswer = (_request, _response, next) => next()
