import { statSync } from 'node:fs'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Clock } from '../lib/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { type Backlog, emptyBacklog, readBacklog } from './backlog.ts'
import type { Sample } from './histogram.ts'
import type { RequestCounts } from './requests.ts'
import type { WriteCounts } from './writes.ts'

export interface MeasuredParts {
  storage: Storage
  clock: Clock
  writes: WriteCounts
  requests: RequestCounts
  /** Public reads that were answered from the response cache, and those that were not. */
  cache: { hits: number; misses: number }
}

/** The metrics of a process as Prometheus reads them. */
export interface Metrics {
  contentType: string
  read(): Promise<string>
}

/** All metrics of a process. What the service counts anyway is read when the metrics are; nothing else is added to requests. */
export function processMetrics(parts: MeasuredParts): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  addCounts(registry, parts)
  let backlog = emptyBacklog
  addGauges(registry, parts, () => backlog)
  return {
    contentType: registry.contentType,
    async read() {
      backlog = await readBacklog(parts)
      return registry.metrics()
    },
  }
}

type MetricType = 'counter' | 'histogram' | 'gauge'

/** Adds a metric whose samples are counted elsewhere. */
function addMetric(registry: Registry, type: MetricType, name: string, help: string, read: (name: string) => Sample[]) {
  const get = async () => ({ name, help, type, aggregator: 'sum', values: read(name) })
  registry.registerMetric({ name, help, type, aggregator: 'sum', get, reset() {} } as never)
}

/** Samples of a metric with one label at most. */
const samplesOf = (metricName: string, values: [Record<string, string>, number][]): Sample[] =>
  values.map(([labels, value]) => ({ metricName, labels, value }))

function addCounts(registry: Registry, { writes, requests, cache }: MeasuredParts): void {
  const counter = (name: string, help: string, read: (name: string) => Sample[]) =>
    addMetric(registry, 'counter', name, help, read)
  const histogram = (name: string, help: string, read: (name: string) => Sample[]) =>
    addMetric(registry, 'histogram', name, help, read)
  counter('dateline_http_requests_total', 'Requests by route, method and status.', requests.requests)
  histogram('dateline_http_request_duration_seconds', 'From a request to the end of its reply.', requests.durations)
  counter('dateline_response_cache_total', 'Public reads, by whether the response cache had the reply.', (name) =>
    samplesOf(name, [
      [{ result: 'hit' }, cache.hits],
      [{ result: 'miss' }, cache.misses],
    ]),
  )
  counter('dateline_writes_failed_total', 'Transactions that were rolled back.', (name) =>
    samplesOf(name, [[{}, writes.failed]]),
  )
  histogram('dateline_write_wait_seconds', 'Until the turn of a transaction comes.', (name) =>
    writes.waits.samples(name),
  )
  histogram('dateline_write_commit_seconds', 'From the end of the work of a transaction until it is stored.', (name) =>
    writes.commits.samples(name),
  )
}

function addGauges(registry: Registry, { storage, writes }: MeasuredParts, backlog: () => Backlog): void {
  const gauge = (name: string, help: string, read: () => number) =>
    addMetric(registry, 'gauge', name, help, () => samplesOf(name, [[{}, read()]]))
  gauge('dateline_writes_pending', 'Transactions that wait or run.', () => writes.pending)
  gauge('dateline_schedule_lag_seconds', 'How late the oldest publication is that is due.', () => backlog().scheduleLag)
  gauge(
    'dateline_webhook_deliveries_pending',
    'Deliveries of webhooks that are not finished.',
    () => backlog().deliveries,
  )
  gauge('dateline_webhook_lag_seconds', 'How late the oldest delivery is that is due.', () => backlog().deliveryLag)
  gauge('dateline_stale_editions', 'Editions that wait to be compiled again.', () => backlog().staleEditions)
  gauge('dateline_last_change', 'The number of the last change.', () => backlog().lastChange)
  const { file } = storage
  if (file === undefined) return
  gauge('dateline_database_bytes', 'Size of the database file.', () => sizeOf(file))
  gauge('dateline_wal_bytes', 'Size of the write-ahead log beside it.', () => sizeOf(`${file}-wal`))
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
