import type { FastifyBaseLogger } from 'fastify'
import { indexWhenQuiet } from '../articles/draft-index.ts'
import { keepIndexes } from '../articles/index-upkeep.ts'
import { publishDue } from '../articles/lifecycle/scheduler.ts'
import { sweepPreviews } from '../articles/previews/store.ts'
import { sweepAudit } from '../audit/log.ts'
import { backUpIfDue } from '../backups/schedule.ts'
import type { ChangeNotifier } from '../changes/change-notifier.ts'
import { sweepChanges } from '../changes/log.ts'
import type { Config } from '../config.ts'
import type { IndexProgress } from '../editions/index-state.ts'
import { mergeIndex } from '../editions/indexing.ts'
import { recompileStale } from '../editions/recompile-stale.ts'
import { siteOf } from '../feeds/site.ts'
import { hubPublisher } from '../feeds/websub.ts'
import { sweepIdempotencyKeys } from '../idempotency/idempotency.ts'
import type { JobRunner } from '../jobs/runner.ts'
import { sweepJobs } from '../jobs/store.ts'
import type { Clock } from '../lib/clock.ts'
import { openFileStore } from '../media/files/open-store.ts'
import { sweepFiles } from '../media/files/sweep.ts'
import { openRenditionFolder } from '../media/open-rendition-folder.ts'
import { sweepRenditions } from '../media/sweep-renditions.ts'
import { expireDue } from '../media/takedown.ts'
import { every } from '../runtime/interval.ts'
import type { Storage } from '../storage/storage.ts'
import { deleteExpiredTrash, type PurgeCursors } from '../trash/store.ts'
import { sweepDeliveries } from '../webhooks/deliveries.ts'
import { Dispatcher } from '../webhooks/dispatcher.ts'
import { secretEncryption } from '../webhooks/secret-encryption.ts'
import { sender } from '../webhooks/send.ts'
import { failureLog } from './failure-log.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How many batches of the search index have one line in the log. */
const PROGRESS_BATCHES = 50

/** How often it is looked for what is due, in milliseconds. */
const DUE_INTERVAL = 0.4 * SECOND

export interface BackgroundDeps {
  config: Config
  storage: Storage
  clock: Clock
  notifier: ChangeNotifier
  jobs: JobRunner
  log: FastifyBaseLogger
}

/** Work that is repeated until the service stops: see `every`. */
interface Task {
  /** As in "… failed and is tried again". */
  name: string
  /** The pause between two runs, in milliseconds. */
  interval: number
  run: () => Promise<unknown>
}

interface Running {
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>
}

/** Starts what one process does for all beside requests. */
export function startBackground(deps: BackgroundDeps): Running {
  const onError = failureLog(deps)
  const started = startBackgroundTasks(deps, onError)
  started.catch(onError('starting the background work'))
  return {
    stop: () =>
      started.then(
        (running) => running.stop(),
        () => {},
      ),
  }
}

async function startBackgroundTasks(deps: BackgroundDeps, onError: ReturnType<typeof failureLog>): Promise<Running> {
  const { config, clock, notifier, log } = deps
  const storage = { ...deps.storage, reader: deps.storage.backgroundReader }
  const own = { ...deps, storage }
  const stopping = new AbortController()
  const secrets = secretEncryption(config.SECRETS_KEY, storage.file)
  const webhooks = new Dispatcher({
    storage,
    clock,
    secrets,
    sender: sender(config.WEBHOOK_ALLOWED_HOSTS),
    onEnded: ({ id, url, status, reason }) => {
      const { host } = new URL(url)
      log.warn({ webhook: id, host, reason }, `a webhook is ${status}`)
    },
  })
  webhooks.start(notifier, onError('sending to webhooks'))
  const tasks = [
    ...storageTasks(own, stopping.signal),
    ...backupTasks(deps),
    ...fileTasks(own, stopping.signal),
    ...(await hubTasks(own, stopping.signal)),
  ]
  const running = tasks.map(({ name, interval, run }) => every(interval, run, onError(name)))
  return {
    async stop() {
      stopping.abort()
      await Promise.all([...running.map((task) => task.stop()), webhooks.stop()])
    },
  }
}

/** Calls a function with the first of so many values, and the last one of all. */
function occasionally(times: number, call: (progress: IndexProgress) => void): (progress: IndexProgress) => void {
  let count = 0
  return (progress) => {
    if (count % times === 0 || progress.done === progress.total) call(progress)
    count += 1
  }
}

/** Tasks on the database. Several processes may run them over one database at the same time. */
function storageTasks({ config, storage, clock, log }: BackgroundDeps, signal: AbortSignal): Task[] {
  const isStopping = () => signal.aborted
  const trashCursors: PurgeCursors = new Map()
  const logProgress = (progress: IndexProgress) => log.info(progress, 'the search index is being filled')
  const deleteExpired = async () => {
    await sweepIdempotencyKeys({ storage, clock })
    await sweepPreviews({ storage, clock })
    await sweepChanges({ storage, clock }, config.CHANGES_DAYS)
    await sweepAudit({ storage, clock }, config.AUDIT_DAYS)
    await sweepDeliveries({ storage, clock }, config.DELIVERIES_DAYS)
    // The last, since it throws the error of an item that cannot be deleted.
    await deleteExpiredTrash({ storage, clock }, config.TRASH_DAYS, trashCursors, isStopping)
  }
  return [
    // Scheduled articles are published within a second of their time.
    { name: 'publishing scheduled articles', interval: DUE_INTERVAL, run: () => publishDue({ storage, clock }) },
    { name: 'expiring media', interval: DUE_INTERVAL, run: () => expireDue({ storage, clock }) },
    { name: 'deleting expired data', interval: 10 * MINUTE, run: deleteExpired },
    {
      name: 'failing jobs of processes that have ended',
      interval: 5 * SECOND,
      run: () => sweepJobs({ storage, clock }),
    },
    {
      name: 'filling the search index',
      interval: SECOND,
      run: () =>
        keepIndexes(storage, { isStopped: isStopping, onProgress: occasionally(PROGRESS_BATCHES, logProgress) }),
    },
    { name: 'indexing working copies', interval: SECOND, run: indexWhenQuiet(storage, isStopping) },
    { name: 'merging the index', interval: DAY, run: () => mergeIndex(storage, isStopping) },
    // Editions that this process made stale are recompiled at once; these are the ones of other processes.
    { name: 'recompiling stale editions', interval: SECOND, run: () => recompileStale(storage, isStopping) },
  ]
}

/** The sweep of files, where there is a place for them. */
function fileTasks({ config, storage, clock }: BackgroundDeps, signal: AbortSignal): Task[] {
  if (config.MEDIA_DIR === undefined && storage.file === undefined) return []
  const files = openFileStore(config, storage.file)
  const renditions = openRenditionFolder(config, storage.file)
  const isStopping = () => signal.aborted
  const sweep = () => sweepFiles({ db: storage.reader, files, clock }, isStopping)
  return [
    { name: 'deleting files without an entry', interval: 6 * HOUR, run: sweep },
    {
      name: 'deleting former renditions',
      interval: HOUR,
      run: () => sweepRenditions({ storage, renditions }, isStopping),
    },
  ]
}

/** Backups at an interval, if one is set. */
function backupTasks({ config, storage, clock, jobs }: BackgroundDeps): Task[] {
  const { BACKUP_DIR: folder, BACKUP_KEEP: keep, BACKUP_EVERY_HOURS: hours } = config
  if (hours === 0) return []
  const run = () => backUpIfDue({ storage, clock, jobs }, { folder, keep }, hours)
  return [{ name: 'the scheduled backup', interval: MINUTE, run }]
}

/** Notifications of the WebSub hub about changed feeds, if a hub is configured. */
async function hubTasks({ config, storage, clock, log }: BackgroundDeps, signal: AbortSignal): Promise<Task[]> {
  const hub = config.WEBSUB_HUB
  if (hub === undefined) return []
  const onRefused = (topic: string, status: number) =>
    log.warn({ topic, status }, 'the hub refused the notification about a feed')
  const onFailed = (err: unknown) => log.warn({ err }, 'the hub could not be notified; it is tried again')
  const publisher = await hubPublisher({ storage, clock, site: siteOf(config), hub, signal, onRefused, onFailed })
  return [{ name: 'notifying the hub', interval: 2 * SECOND, run: () => publisher.publishPending() }]
}
