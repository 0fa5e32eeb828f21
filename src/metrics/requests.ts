import type { FastifyContextConfig, FastifyInstance } from 'fastify'
import { getOrCreate } from '../lib/cache.ts'
import { DurationHistogram, type Sample } from './histogram.ts'

interface RouteCounts {
  route: string
  byMethodAndStatus: Map<string, { method: string; status: number; count: number }>
  durations: DurationHistogram
}

/** What was counted of the requests of an application. */
export interface RequestCounts {
  requests(name: string): Sample[]
  durations(name: string): Sample[]
}

/** Counts all requests by route, method and status, and their durations by route: two map look-ups for each. */
export function countRequests(app: FastifyInstance): RequestCounts {
  const byRoute = new Map<FastifyContextConfig, RouteCounts>()
  app.addHook('onResponse', (request, reply, done) => {
    const { config, url = 'none' } = request.routeOptions
    const counts = getOrCreate(byRoute, config, () => ({
      route: url,
      byMethodAndStatus: new Map(),
      durations: new DurationHistogram(),
    }))
    const { method } = request
    const { statusCode: status } = reply
    const key = `${method} ${status}`
    getOrCreate(counts.byMethodAndStatus, key, () => ({ method, status, count: 0 })).count += 1
    counts.durations.observe(reply.elapsedTime / 1000)
    done()
  })
  return {
    requests: (metricName) =>
      [...byRoute.values()].flatMap(({ route, byMethodAndStatus }) =>
        [...byMethodAndStatus.values()].map(({ method, status, count }) => ({
          metricName,
          labels: { route, method, status },
          value: count,
        })),
      ),
    durations: (name) => [...byRoute.values()].flatMap(({ route, durations }) => durations.samples(name, { route })),
  }
}
