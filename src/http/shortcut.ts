/** What answers requests in front of the application: without routing, hooks and handlers. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** Answers a request; false, with nothing sent, if the application has to. Never throws. */
export type EarlyAnswer = (request: IncomingMessage, response: ServerResponse) => boolean

export interface Shortcut {
  /** The listener that passes on to `listener` what has no early answer. */
  before(listener: RequestListener): RequestListener
  /** Sets what answers early; nothing does before. */
  use(answer: EarlyAnswer): void
}

export function shortcut(): Shortcut {
  let answer: EarlyAnswer = () => false
  return {
    before: (listener) => (request, response) => {
      if (!answer(request, response)) listener(request, response)
    },
    use(next) {
      answer = next
    },
  }
}
