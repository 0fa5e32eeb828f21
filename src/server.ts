import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { bodyTaskPool } from './articles/body-tasks/pool.ts'
import { indexMissingDrafts } from './articles/draft-index.ts'
import { releases as watchReleases } from './articles/lifecycle/scheduler.ts'
import { backfillSortNames } from './catalogue/sort-names.ts'
import { changeNotifier } from './changes/change-notifier.ts'
import { type Config, serverOptions } from './config.ts'
import { indexMissing } from './editions/indexing.ts'
import { systemClock } from './lib/clock.ts'
import { watchConnections } from './runtime/connections.ts'
import { startBackgroundJobs } from './server/background-jobs.ts'
import { createFirstKey } from './server/first-key.ts'
import { openStorage } from './storage/open.ts'
import type { Storage } from './storage/storage.ts'

/** How long requests in flight may take to end after a signal to stop, in milliseconds. */
const DRAIN_TIMEOUT = 8_000
/** How long the whole shutdown may take, in milliseconds; then the process is killed. */
const SHUTDOWN_TIMEOUT = 9_500

/**
 * Opens the database, starts the background jobs, listens, and stops on SIGTERM and SIGINT. If the service cannot
 * listen, everything is closed again and the error is thrown.
 */
export async function serve(config: Config, print: (text: string) => void): Promise<FastifyInstance> {
  const storage = await openStorage(config.DATABASE_URL, { forService: true, server: serverOptions(config) })
  await backfill(storage, print)
  const releases = watchReleases({ storage, clock: systemClock })
  await releases.refresh()
  const notifier = changeNotifier(storage)
  const bodyTasks = bodyTaskPool()
  const deps = { config, storage, clock: systemClock, releases, notifier, bodyTasksOf: bodyTasks.tasksOf }
  const app = await buildApp(deps)
  const background = await startBackgroundJobs({ ...deps, log: app.log })
  const cancelShutdown = stopOnSignals(app, async () => {
    await background.stop()
    await bodyTasks.close()
    await storage.close()
  })
  try {
    await app.listen({ host: config.HOST, port: config.PORT })
    await createFirstKey(storage, config, print)
    return app
  } catch (error) {
    cancelShutdown()
    await app.close()
    throw error
  }
}

/** Derived data that an older version did not store, or that a crash left out. */
async function backfill(storage: Storage, print: (text: string) => void): Promise<void> {
  await backfillSortNames(storage)
  await indexMissingDrafts(storage)
  const indexed = await indexMissing(storage)
  if (indexed > 0) print(`Put ${indexed} articles into the index.`)
}

/** Closing the application drains its connections first, then runs `release`. Returns what removes the signal handlers. */
function stopOnSignals(app: FastifyInstance, release: () => Promise<void>): () => void {
  app.addHook('onClose', release)
  const connections = watchConnections()
  app.addHook('preClose', async () => {
    await connections.drain(DRAIN_TIMEOUT)
    connections.stopWatching()
  })
  const { uninstall } = closeWithGrace({ delay: SHUTDOWN_TIMEOUT, logger: false }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error')
    await app.close()
  })
  return uninstall
}
