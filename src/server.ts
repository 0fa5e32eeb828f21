import closeWithGrace from 'close-with-grace'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { AppDeps } from './app/services.ts'
import { buildApp } from './app.ts'
import { releases as watchReleases } from './articles/lifecycle/scheduler.ts'
import { POSTGRES_BACKUP } from './backups/work.ts'
import { bodyTaskPool } from './body-tasks/pool.ts'
import { backfillSortNames } from './catalogue/sort-names.ts'
import { changeNotifier } from './changes/change-notifier.ts'
import { type Config, ConfigError, serverOptions } from './config.ts'
import { type Admission, admission } from './http/admission.ts'
import { jobRunner } from './jobs/runner.ts'
import { systemClock } from './lib/clock.ts'
import { applyMediaSettings, mediaSettingsOf } from './media/apply-settings.ts'
import { imageTaskPool } from './media/image-pool.ts'
import type { Metrics, ProcessMetrics } from './metrics/registry.ts'
import { serveMetrics } from './metrics/server.ts'
import { measureWrites } from './metrics/writes.ts'
import { watchConnections } from './runtime/connections.ts'
import type { LogOutput } from './runtime/log-output.ts'
import { startBackground } from './server/background-tasks.ts'
import { EXIT_BROKEN } from './server/exit-codes.ts'
import { createFirstKey } from './server/first-key.ts'
import type { Worker } from './server/worker.ts'
import { dialect } from './storage/dialect.ts'
import { openStorage } from './storage/open.ts'
import type { StorageBroken } from './storage/storage.ts'

/** How long requests in flight may take to end once no new connections are accepted, in milliseconds. */
const DRAIN_TIMEOUT = 8_000
/** How long the shutdown may take from then on, in milliseconds; then the process is killed. */
const SHUTDOWN_TIMEOUT = 9_500

/** How long the process goes on after such a failure, in milliseconds. */
const BROKEN_TIMEOUT = 3_000

/**
 * Opens the database, starts the background jobs, listens, and stops on SIGTERM and SIGINT. If the service cannot
 * listen, everything is closed again and the error is thrown. `output` gets the log and the texts for the operator.
 * `worker` is this process, if it is one of several.
 */
export async function serve(config: Config, output: LogOutput, worker?: Worker): Promise<FastifyInstance> {
  const print = (text: string) => output.write(`${text}\n`)
  checkBackupSettings(config)
  let log: FastifyBaseLogger | undefined
  const report = (sql: string, ms: number) => log?.warn({ sql, ms }, 'slow statement')
  const milliseconds = config.SLOW_QUERY_MS
  const opened = await openStorage(config.DATABASE_URL, {
    forService: true,
    server: serverOptions(config),
    checkpoints: config.SQLITE_CHECKPOINTS,
    slow: milliseconds > 0 ? { milliseconds, report } : undefined,
  })
  const { storage, writes } = measureWrites(opened)
  await backfillSortNames(storage)
  await applyMediaSettings({ storage, clock: systemClock }, mediaSettingsOf(config))
  const releases = watchReleases({ storage, clock: systemClock })
  await releases.refresh()
  const notifier = changeNotifier(storage)
  const bodyTasks = bodyTaskPool()
  const images = imageTaskPool()
  const requests = admission()
  const jobs = jobRunner({ storage, clock: systemClock }, (err) => app.log.error({ err }, 'a job has failed'))
  const registry = config.METRICS_PORT === undefined ? undefined : await import('./metrics/registry.ts')
  let metrics: ProcessMetrics | undefined
  const onCounts: AppDeps['onCounts'] = (counts) => {
    metrics = registry?.processMetrics({ storage, clock: systemClock, writes, ...counts })
  }
  const deps = {
    config,
    storage,
    clock: systemClock,
    releases,
    notifier,
    jobs,
    bodyTasksOf: bodyTasks.tasksOf,
    imageTasks: images.tasks,
    admission: requests,
    logStream: output,
    ...(registry && { onCounts }),
    ...(worker && { addCounts: worker.addCounts }),
  }
  const app: FastifyInstance = await buildApp(deps)
  const background = startBackground({ ...deps, log: app.log }, worker?.leads)
  log = app.log
  let isBroken = false
  const draining = { delay: config.DRAIN_SECONDS * 1_000, ...requests }
  const cancelShutdown = stopOnSignals(app, draining, worker, async () => {
    await background.stop()
    await Promise.all([bodyTasks.close(), images.close()])
    // Closing writes to the file: what has failed is left as it is.
    if (!isBroken) await storage.close()
  })
  storage.onFailure((failure) => {
    app.log.fatal(
      { err: failure },
      failure.mustStop ? 'the database has failed, stopping' : 'nothing is written any more',
    )
    if (!failure.mustStop) return
    isBroken = true
    void exitBroken(app, failure)
  })
  try {
    // Those of workers are read by the process that has started them.
    if (metrics && !worker) await listenForMetrics(app, metrics, config, print)
    if (metrics && worker) metrics.offerToPrimary()
    await app.listen({ host: config.HOST, port: config.PORT })
    await createFirstKey(storage, config, print)
    return app
  } catch (error) {
    cancelShutdown()
    await app.close()
    throw error
  }
}

/** Ends the process after requests in flight have been answered, at most `BROKEN_TIMEOUT`. */
async function exitBroken(app: FastifyInstance, { message }: StorageBroken): Promise<void> {
  process.stderr.write(`dateline: ${message}; the service stops, and what it acknowledged is stored\n`)
  setTimeout(() => process.exit(EXIT_BROKEN), BROKEN_TIMEOUT)
  await app.close().catch(() => undefined)
  process.exit(EXIT_BROKEN)
}

/** Serves the metrics of this process until the application is closed. */
async function listenForMetrics(app: FastifyInstance, metrics: Metrics, config: Config, print: (text: string) => void) {
  const { close, address } = await serveMetrics(metrics, { host: config.METRICS_HOST, port: config.METRICS_PORT ?? 0 })
  print(`Metrics are at ${address}.`)
  app.addHook('onClose', async () => close())
}

/** Throws `ConfigError` if backups are scheduled that could not be made. */
function checkBackupSettings({ BACKUP_EVERY_HOURS: hours, BACKUP_DIR: folder }: Config): void {
  if (hours === 0) return
  if (dialect === 'postgres') throw new ConfigError(`BACKUP_EVERY_HOURS is for SQLite; ${POSTGRES_BACKUP}`)
  if (folder === undefined) throw new ConfigError('BACKUP_EVERY_HOURS needs BACKUP_DIR, the folder of the backups')
}

/**
 * Closing the application drains its connections first, then runs `free`. `delay` is how long the service goes on
 * after SIGTERM, in milliseconds. A worker is stopped by the process that has started it. Returns what removes the signal
 * handlers.
 */
function stopOnSignals(
  app: FastifyInstance,
  { delay, hold, release }: Pick<Admission, 'hold' | 'release'> & { delay: number },
  worker: Worker | undefined,
  free: () => Promise<void>,
): () => void {
  app.addHook('onClose', free)
  const connections = watchConnections()
  let isDelayed = false
  app.addHook('preClose', async () => {
    await connections.drain({ delay: isDelayed ? delay : 0, timeout: DRAIN_TIMEOUT, hold, release })
    connections.stopWatching()
  })
  const options = {
    delay: delay + SHUTDOWN_TIMEOUT,
    logger: false as const,
    skip: worker ? (['SIGINT', 'SIGTERM'] as const).slice() : [],
  }
  const { close, uninstall } = closeWithGrace(options, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error')
    // SIGINT is sent by hand, and nobody wants to wait then.
    isDelayed ||= signal === 'SIGTERM'
    await app.close()
  })
  worker?.onStop((signal) => {
    isDelayed = signal === 'SIGTERM'
    void close()
  })
  return uninstall
}
