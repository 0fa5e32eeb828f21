import { article } from './newsroom.js'
import { ADMIN_KEY } from './rivals.js'

/** How many different bodies are posted. */
const BODIES = 50

let posted = 0

/**
 * Articles to post, no two with the same headline.
 * @param {string} path
 */
export function posts(path) {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }
  return Array.from({ length: BODIES }, (_, index) => {
    const { headline: _headline, ...rest } = article(10_000_000 + index)
    const tail = JSON.stringify(rest).slice(1)
    const body = () => `{"headline":"Posted headline number ${posted++}",${tail}`
    return {
      path,
      method: 'POST',
      headers,
      body: body(),
      setupRequest: (request) => ({ ...request, body: body() }),
    }
  })
}
