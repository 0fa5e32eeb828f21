/** Queries that are not UTF-8 in percent-encoding (RFC 3986, section 2.5): the parser takes them for the text as it stands. */
import type { FastifyInstance } from 'fastify'
import { Problem, pointerTo } from '../lib/problem.ts'

/** The first parameter in the query of a URL that cannot be decoded. */
export function undecodableParameter(url: string): string | undefined {
  const mark = url.indexOf('?')
  if (mark < 0 || !url.includes('%', mark)) return undefined
  const pair = url
    .slice(mark + 1)
    .split('&')
    .find(isUndecodable)
  return pair?.split('=', 1)[0]
}

function isUndecodable(pair: string): boolean {
  try {
    decodeURIComponent(pair)
    return false
  } catch {
    return true
  }
}

/** Refuses them with `invalid-encoding`, before they are validated. */
export function refuseUndecodableQueries(app: FastifyInstance): void {
  app.addHook('preValidation', ({ url }, _reply, done) => {
    const name = undecodableParameter(url)
    if (name === undefined) return done()
    const message = 'is not UTF-8 in percent-encoding'
    const errors = [{ in: 'query' as const, pointer: pointerTo([name]), code: 'invalid-encoding', message }]
    done(new Problem('invalid-encoding', `${name} ${message}`, { errors }))
  })
}
