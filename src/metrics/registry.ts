import { statSync } from 'node:fs'
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'
import type { Clock } from '../lib/clock.ts'
import type { Storage } from '../storage/storage.ts'
import { type Backlog, readBacklog } from './backlog.ts'
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

/** The metrics of one process, which may be one of several. */
export interface ProcessMetrics extends Metrics {
  /** Reads them as objects that processes can exchange, to be added to those of others. */
  readValues(): Promise<MetricValues[]>
}

/** Metrics as objects that threads and processes can exchange. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** Reads what a thread has counted. */
export type ReadCounts = () => Promise<MetricValues>

/** What a thread counts. What the service counts anyway is read when the metrics are; nothing else is added to requests. */
function countsOf(parts: MeasuredParts): Registry {
  const registry = new Registry()
  addCounts(registry, parts)
  return registry
}

/** What this thread has counted so far, for `processMetrics` in another. */
export const threadCounts = (parts: MeasuredParts): ReturnType<ReadCounts> => countsOf(parts).getMetricsAsJSON()

/** All metrics of a process: of this thread, and with the counts of another. */
export function processMetrics(parts: MeasuredParts, readOther: ReadCounts): ProcessMetrics {
  const state = new Registry()
  collectDefaultMetrics({ register: state })
  addGauges(state, parts)
  addBacklog(state, parts)
  const counts = countsOf(parts)
  const readBoth = () => Promise.all([counts.getMetricsAsJSON(), readOther()])
  return {
    contentType: state.contentType,
    async read() {
      return `${await state.metrics()}\n${await AggregatorRegistry.aggregate(await readBoth()).metrics()}`
    },
    readValues: async () => [await state.getMetricsAsJSON(), ...(await readBoth())],
  }
}

interface Metric {
  type: 'counter' | 'histogram' | 'gauge'
  name: string
  help: string
  /** How the values of several processes are put together: `max` for what all of them see alike. */
  aggregator: 'sum' | 'min' | 'max'
}

/** Adds a metric whose samples are counted elsewhere. */
function addMetric(registry: Registry, metric: Metric, read: (name: string) => Sample[] | Promise<Sample[]>) {
  const get = async () => ({ ...metric, values: await read(metric.name) })
  registry.registerMetric({ ...metric, get, reset() {} } as never)
}

function addGauge(
  registry: Registry,
  name: string,
  help: string,
  aggregator: Metric['aggregator'],
  read: () => number,
): void {
  addMetric(registry, { type: 'gauge', name, help, aggregator }, () => samplesOf(name, [[{}, read()]]))
}

/** Samples of a metric with one label at most. */
const samplesOf = (metricName: string, values: [Record<string, string>, number][]): Sample[] =>
  values.map(([labels, value]) => ({ metricName, labels, value }))

function addCounts(registry: Registry, { writes, requests, cache }: MeasuredParts): void {
  const counter = (name: string, help: string, read: (name: string) => Sample[]) =>
    addMetric(registry, { type: 'counter', name, help, aggregator: 'sum' }, read)
  const histogram = (name: string, help: string, read: (name: string) => Sample[]) =>
    addMetric(registry, { type: 'histogram', name, help, aggregator: 'sum' }, read)
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
  addGauge(registry, 'dateline_writes_pending', 'Transactions that wait or run.', 'sum', () => writes.pending)
}

function addGauges(registry: Registry, { storage: { file } }: MeasuredParts): void {
  if (file === undefined) return
  addGauge(registry, 'dateline_database_bytes', 'Size of the database file.', 'max', () => sizeOf(file))
  addGauge(registry, 'dateline_wal_bytes', 'Size of the write-ahead log beside it.', 'max', () => sizeOf(`${file}-wal`))
}

/**
 * What waits in the database, read once for all of its metrics. While it cannot be read these have no values, and the
 * others are there.
 */
function addBacklog(registry: Registry, parts: MeasuredParts): void {
  let reading: Promise<Backlog | undefined> | undefined
  const backlog = () => {
    reading ??= readBacklog(parts)
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const gauge = (name: string, help: string, member: keyof Backlog) =>
    addMetric(registry, { type: 'gauge', name, help, aggregator: 'max' }, async () => {
      const known = await backlog()
      return samplesOf(name, known ? [[{}, known[member]]] : [])
    })
  const up = { name: 'dateline_database_up', help: 'Whether the database answers: 1 or 0.' }
  addMetric(registry, { type: 'gauge', ...up, aggregator: 'min' }, async () =>
    samplesOf(up.name, [[{}, (await backlog()) ? 1 : 0]]),
  )
  gauge('dateline_schedule_lag_seconds', 'How late the oldest publication is that is due.', 'scheduleLag')
  gauge('dateline_webhook_deliveries_pending', 'Deliveries of webhooks that are not finished.', 'deliveries')
  gauge('dateline_webhook_lag_seconds', 'How late the oldest delivery is that is due.', 'deliveryLag')
  gauge('dateline_stale_editions', 'Editions that wait to be compiled again.', 'staleEditions')
  gauge('dateline_last_change', 'The number of the last change.', 'lastChange')
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
