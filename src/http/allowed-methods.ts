import type { FastifyInstance } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'

/**
 * Gives the function that lists the methods which the routes accept at a URL, sorted: what a 405 has in `Allow` (RFC 9110,
 * section 15.5.6). Knows the routes that are registered after it.
 */
export function allowedMethods(app: FastifyInstance): (url: string) => string[] {
  const router = findMyWay({ maxParamLength: Number.POSITIVE_INFINITY })
  const methods = new Set<HTTPMethod>()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat() as HTTPMethod[]) {
      if (router.hasRoute(one, url)) continue
      router.on(one, url, () => {})
      methods.add(one)
    }
  })
  return (url) => [...methods].filter((method) => router.find(method, pathOf(url)) !== null).sort()
}

const pathOf = (url: string): string => url.split(/[?#]/, 1)[0] ?? url
