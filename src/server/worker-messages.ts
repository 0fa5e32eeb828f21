/** The messages between the workers of a service and the process that started them. */
import type { NewCount } from '../lib/rate-windows.ts'
import type { MetricValues } from '../metrics/registry.ts'

/** From a worker. */
export type WorkerMessage =
  /** It listens. */
  | { type: 'listening' }
  /** It has counted these requests since its last message. */
  | { type: 'count-requests'; id: number; counts: NewCount[] }
  /** Its metrics, by registry; without values it could not read them. */
  | { type: 'metrics'; id: number; values?: MetricValues[] }

/** To a worker. */
export type PrimaryMessage =
  /** It does the background work from now on. */
  | { type: 'lead' }
  /** It stops, as if it had got this signal. */
  | { type: 'stop'; signal: NodeJS.Signals }
  /** The requests that all workers have counted. */
  | { type: 'counted-requests'; id: number; totals: { total: number; left: number }[] }
  /** It gives its metrics. */
  | { type: 'read-metrics'; id: number }
