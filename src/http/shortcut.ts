/** What answers requests in front of the application: without routing, hooks and handlers. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** Answers a request, or calls `next` if the application has to. Never throws. */
export type EarlyAnswer = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

export interface Shortcut {
  /** The listener that passes on to `listener` what has no early answer. */
  before(listener: RequestListener): RequestListener
  /** Sets what answers early; nothing does before. */
  use(answer: EarlyAnswer): void
  /** From then on nothing answers early. */
  end(): void
}

export function shortcut(): Shortcut {
  let answer: EarlyAnswer = pass
  return {
    before: (listener) => (request, response) => answer(request, response, () => listener(request, response)),
    use(next) {
      answer = next
    },
    end() {
      answer = pass
    },
  }
}

const pass: EarlyAnswer = (_request, _response, next) => next()
