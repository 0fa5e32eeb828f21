/** What each thread of a running service has: the database, the application, and what these need. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { AppDeps } from '../app/services.ts'
import { buildApp } from '../app.ts'
import { releases as watchReleases } from '../articles/lifecycle/scheduler.ts'
import { bodyTaskPool } from '../body-tasks/pool.ts'
import { changeNotifier } from '../changes/change-notifier.ts'
import { type Config, serverOptions } from '../config.ts'
import { admission } from '../http/admission.ts'
import { jobRunner } from '../jobs/runner.ts'
import { systemClock } from '../lib/clock.ts'
import { imageTaskPool } from '../media/image-pool.ts'
import type { MeasuredParts } from '../metrics/registry.ts'
import { measureWrites } from '../metrics/writes.ts'
import { every } from '../runtime/interval.ts'
import type { LogOutput } from '../runtime/log-output.ts'
import { openStorage } from '../storage/open.ts'
import type { Storage } from '../storage/storage.ts'
import type { BackgroundDeps } from './background-tasks.ts'
import { failureLog } from './failure-log.ts'

/** How often the time of the next release is read, in milliseconds: other processes schedule publications, too. */
const RELEASES_INTERVAL = 400

export interface OpenApplication extends BackgroundDeps {
  app: FastifyInstance
  /** What is measured, if metrics are served. */
  measured: MeasuredParts | undefined
  /** Ends what the application used; after it is closed. With `isBroken` the database is left as it is. */
  free(isBroken: boolean): Promise<void>
}

/** What differs between the threads of a service. */
export interface ApplicationOptions extends Pick<AppDeps, 'admission' | 'addCounts' | 'forward'> {
  output: LogOutput
  /** Whether another thread does the upkeep of the database: see `openStorage`. */
  isMaintained?: boolean
  /** Runs as soon as the database is open. */
  prepare?(storage: Storage, config: Config): Promise<unknown>
}

/** Opens the database and builds the application; it does not listen yet. */
export async function openApplication(config: Config, options: ApplicationOptions): Promise<OpenApplication> {
  const { output, isMaintained = false, prepare, ...parts } = options
  const clock = systemClock
  let log: FastifyBaseLogger | undefined
  const report = (sql: string, ms: number) => log?.warn({ sql, ms }, 'slow statement')
  const milliseconds = config.SLOW_QUERY_MS
  const opened = await openStorage(config.DATABASE_URL, {
    forService: true,
    isMaintained,
    server: serverOptions(config),
    checkpoints: config.SQLITE_CHECKPOINTS,
    slow: milliseconds > 0 ? { milliseconds, report } : undefined,
  })
  const { storage, writes } = measureWrites(opened)
  await prepare?.(storage, config)
  const releases = watchReleases({ storage, clock })
  await releases.refresh()
  const notifier = changeNotifier(storage)
  const bodyTasks = bodyTaskPool()
  const images = imageTaskPool()
  const jobs = jobRunner({ storage, clock }, (err) => log?.error({ err }, 'a job has failed'))
  const shared = { config, storage, clock, notifier, jobs }
  let measured: MeasuredParts | undefined
  const app = await buildApp({
    admission: admission(),
    ...parts,
    ...shared,
    releases,
    bodyTasksOf: bodyTasks.tasksOf,
    imageTasks: images.tasks,
    logStream: output,
    ...(config.METRICS_PORT !== undefined && {
      onCounts: (counts) => {
        measured = { storage, clock, writes, ...counts }
      },
    }),
  })
  log = app.log
  const onError = failureLog({ log, clock })
  const refreshing = every(RELEASES_INTERVAL, releases.refresh, onError('reading the time of the next release'))
  return {
    ...shared,
    app,
    log,
    measured,
    async free(isBroken) {
      await refreshing.stop()
      await Promise.all([bodyTasks.close(), images.close()])
      // Closing writes to the file: what has failed is left as it is.
      if (!isBroken) await storage.close()
    },
  }
}
