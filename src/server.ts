import { availableParallelism } from 'node:os'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { POSTGRES_BACKUP } from './backups/work.ts'
import { backfillSortNames } from './catalogue/sort-names.ts'
import { type Config, ConfigError } from './config.ts'
import { type Admission, admission } from './http/admission.ts'
import { systemClock } from './lib/clock.ts'
import { rateTotals } from './lib/rate-totals.ts'
import type { AddCounts } from './lib/rate-windows.ts'
import { applyMediaSettings, mediaSettingsOf } from './media/apply-settings.ts'
import type { Metrics } from './metrics/registry.ts'
import { serveMetrics } from './metrics/server.ts'
import { watchConnections } from './runtime/connections.ts'
import type { LogOutput } from './runtime/log-output.ts'
import { EXIT_BROKEN } from './server/exit-codes.ts'
import { createFirstKey } from './server/first-key.ts'
import { type OpenApplication, openApplication } from './server/open-application.ts'
import type { Worker } from './server/worker.ts'
import { type ServiceWriter, startWriterThread, writerHere } from './server/writer.ts'
import { dialect } from './storage/dialect.ts'
import type { Storage, StorageBroken } from './storage/storage.ts'

/** How long requests in flight may take to end once no new connections are accepted, in milliseconds. */
const DRAIN_TIMEOUT = 8_000
/** How long the shutdown may take from then on, in milliseconds; then the process is killed. */
const SHUTDOWN_TIMEOUT = 9_500

/** How long the process goes on after such a failure, in milliseconds. */
const BROKEN_TIMEOUT = 3_000

/**
 * Opens the database, starts the writer thread if there is to be one, listens, and stops on SIGTERM and SIGINT. If the
 * service cannot listen, everything is closed again and the error is thrown. `output` gets the log and the texts for the operator. `worker` is
 * this process, if it is one of several.
 */
export async function serve(config: Config, output: LogOutput, worker?: Worker): Promise<FastifyInstance> {
  const print = (text: string) => output.write(`${text}\n`)
  checkBackupSettings(config)
  const hasThread = config.WRITER_THREAD ?? availableParallelism() > 1
  const addCounts = worker?.addCounts ?? addCountsHere()
  const writer = hasThread ? startWriterThread(config, { output, addCounts }) : writerHere()
  const requests = admission()
  const { forward } = writer
  const application = await openApplication(config, {
    output,
    isMaintained: hasThread,
    prepare,
    addCounts,
    admission: requests,
    ...(forward && { forward }),
  }).catch(async (error: unknown) => {
    await writer.stop()
    throw error
  })
  const { app, storage } = application
  let isBroken = false
  const draining = { delay: config.DRAIN_SECONDS * 1_000, ...requests }
  const cancelShutdown = stopOnSignals(app, draining, worker, async () => {
    // Closing the last connection removes the WAL: the thread that syncs it closes its own before.
    await writer.stop()
    await application.free(isBroken)
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
    await writer.open(application)
    await offerMetrics(application, writer, worker, print)
    await app.listen({ host: config.HOST, port: config.PORT })
    await createFirstKey(storage, config, print)
    void (worker?.leads ?? Promise.resolve()).then(writer.lead)
    return app
  } catch (error) {
    cancelShutdown()
    await app.close()
    throw error
  }
}

/** What is done each time before the database is used. */
async function prepare(storage: Storage, config: Config): Promise<void> {
  await backfillSortNames(storage)
  await applyMediaSettings({ storage, clock: systemClock }, mediaSettingsOf(config))
}

/** Adds the counts of requests of the threads of this process. */
function addCountsHere(): AddCounts {
  const totals = rateTotals()
  return async (counts) => totals.add(counts, Date.now())
}

/** Ends the process after requests in flight have been answered, at most `BROKEN_TIMEOUT`. */
async function exitBroken(app: FastifyInstance, { message }: StorageBroken): Promise<void> {
  process.stderr.write(`dateline: ${message}; the service stops, and what it acknowledged is stored\n`)
  setTimeout(() => process.exit(EXIT_BROKEN), BROKEN_TIMEOUT)
  await app.close().catch(() => undefined)
  process.exit(EXIT_BROKEN)
}

/** Serves the metrics of this process until the application is closed; those of a worker are read by what has started it. */
async function offerMetrics(
  { app, config, measured }: OpenApplication,
  { readCounts }: ServiceWriter,
  worker: Worker | undefined,
  print: (text: string) => void,
): Promise<void> {
  if (measured === undefined) return
  const { processMetrics } = await import('./metrics/registry.ts')
  const metrics = processMetrics(measured, readCounts)
  if (worker) worker.offerMetrics(metrics)
  else await listenForMetrics(app, metrics, config, print)
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
