import type { FastifyContextConfig, FastifyInstance } from 'fastify'
import { getOrCreate } from '../lib/cache.ts'
import { DurationHistogram, type Sample } from './histogram.ts'

interface RouteCounts {
  route: string
  byMethodAndStatus: Map<string, { method: string; status: number; count: number }>
  durations: DurationHistogram
}

interface CountedRequest {
  method: string
  status: number
  seconds: number
}

/** What was counted of the requests of an application. */
export interface RequestCounts {
  /** Counts a request to a route, by its config, that no hook sees. */
  add(route: FastifyContextConfig, request: CountedRequest): void
  requests(name: string): Sample[]
  durations(name: string): Sample[]
}

/** Counts all requests by route, method and status, and their durations by route: two map look-ups for each. */
export function countRequests(app: FastifyInstance): RequestCounts {
  const byRoute = new Map<FastifyContextConfig, RouteCounts>()
  function add(config: FastifyContextConfig, { method, status, seconds }: CountedRequest): void {
    const counts = getOrCreate(byRoute, config, () => ({
      route: (config as { url?: string }).url ?? 'none',
      byMethodAndStatus: new Map(),
      durations: new DurationHistogram(),
    }))
    getOrCreate(counts.byMethodAndStatus, `${method} ${status}`, () => ({ method, status, count: 0 })).count += 1
    counts.durations.observe(seconds)
  }
  app.addHook('onResponse', ({ routeOptions: { config }, method }, { statusCode: status, elapsedTime }, done) => {
    add(config, { method, status, seconds: elapsedTime / 1_000 })
    done()
  })
  return {
    add,
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
