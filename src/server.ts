import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { serviceContext } from './access/write-context.ts'
import { buildApp } from './app.ts'
import { indexMissingDrafts } from './articles/draft-index.ts'
import { publishDue, releases as watchReleases } from './articles/lifecycle/scheduler.ts'
import { sweepPreviews } from './articles/previews.ts'
import { fillSortNames } from './catalogue/sort-names.ts'
import { changeNotifier } from './changes/change-notifier.ts'
import { sweepChanges } from './changes/log.ts'
import type { Config } from './config.ts'
import { indexMissing, mergeIndex } from './editions/indexing.ts'
import { recompileStale } from './editions/recompile-stale.ts'
import { siteOf } from './feeds/site.ts'
import { hubNotices } from './feeds/websub.ts'
import { sweepIdempotencyKeys } from './idempotency/idempotency.ts'
import { createKey, hasAdminKey } from './keys/store.ts'
import { systemClock } from './lib/clock.ts'
import { watchConnections } from './runtime/connections.ts'
import { every } from './runtime/interval.ts'
import { openStorage } from './storage/open.ts'
import type { Storage } from './storage/storage.ts'
import { type Places, purgeTrash } from './trash/store.ts'
import { sweepDeliveries } from './webhooks/deliveries.ts'
import { dispatcher } from './webhooks/dispatcher.ts'
import { secretsUnder } from './webhooks/secrets.ts'
import { sender } from './webhooks/send.ts'

/** How long requests in flight have to end after a signal to stop, in milliseconds. */
const DRAIN = 8_000
/** How long the whole stop may take; after it the process is ended as it is. */
const GRACE = 9_500

/** How often pieces that are due are looked for, in milliseconds: they go live within a second of their time. */
const RELEASE_INTERVAL = 400
/** How often stale editions are looked for, in milliseconds; another process may have made them. */
const REFRESH_INTERVAL = 1_000

/** How often the hub is told of the feeds that have changed, in milliseconds; each of them once. */
const HUB_INTERVAL = 2_000

/** How often what has been kept long enough is removed, in milliseconds. */
const SWEEP_INTERVAL = 10 * 60_000
const MERGE_INTERVAL = 24 * 60 * 60_000

/**
 * Opens the database, listens, and closes on SIGTERM and SIGINT: first unready, then without a request in flight. What
 * cannot be started is closed again, and the reason thrown.
 */
export async function serve(config: Config, say: (text: string) => void): Promise<FastifyInstance> {
  const storage = await openStorage(config.DATABASE_URL, { forService: true })
  await fillSortNames(storage)
  await indexMissingDrafts(storage)
  const indexed = await indexMissing(storage)
  if (indexed > 0) say(`Put ${indexed} articles into the index.`)
  const releases = watchReleases({ storage, clock: systemClock })
  await releases.refresh()
  const watch = changeNotifier(storage)
  const app = await buildApp({ config, storage, clock: systemClock, releases, watch })
  let stopping = false
  const failed = (what: string) => (err: unknown) => app.log.error({ err }, `${what} failed and is tried again`)
  const release = async () => {
    await publishDue({ storage, clock: systemClock })
    await releases.refresh()
  }
  const trashPlaces: Places = new Map()
  const sweep = async () => {
    await sweepIdempotencyKeys({ storage, clock: systemClock })
    await sweepPreviews({ storage, clock: systemClock })
    await purgeTrash({ storage, clock: systemClock }, config.TRASH_DAYS, trashPlaces)
    await sweepChanges({ storage, clock: systemClock }, config.CHANGES_DAYS)
    await sweepDeliveries({ storage, clock: systemClock }, config.DELIVERIES_DAYS)
  }
  const webhooks = dispatcher({
    storage,
    clock: systemClock,
    secrets: secretsUnder(config.SECRETS_KEY, storage.file),
    sender: sender(config.WEBHOOK_ALLOWED_HOSTS),
  })
  webhooks.start(watch, failed('sending to webhooks'))
  const background = [
    every(RELEASE_INTERVAL, release, failed('publishing what is due')),
    every(SWEEP_INTERVAL, sweep, failed('sweeping what has expired')),
    every(MERGE_INTERVAL, () => mergeIndex(storage, () => stopping), failed('merging the index')),
    every(REFRESH_INTERVAL, () => recompileStale(storage, () => stopping), failed('refreshing stale editions')),
  ]
  const leaving = new AbortController()
  const hub = config.WEBSUB_HUB
  if (hub !== undefined) {
    const { signal } = leaving
    const onRefused = (topic: string, status: number) =>
      app.log.warn({ topic, status }, 'the hub takes no notice of a feed')
    const notices = await hubNotices({ storage, clock: systemClock, site: siteOf(config), hub, signal, onRefused })
    background.push(every(HUB_INTERVAL, () => notices.tell(), failed('telling the hub')))
  }
  app.addHook('onClose', async () => {
    stopping = true
    leaving.abort()
    await Promise.all([...background.map((ticker) => ticker.stop()), webhooks.stop()])
    await storage.close()
  })
  const connections = watchConnections()
  app.addHook('preClose', async () => {
    await connections.drain(DRAIN)
    connections.forget()
  })
  const { uninstall } = closeWithGrace({ delay: GRACE, logger: false }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error')
    await app.close()
  })
  try {
    await app.listen({ host: config.HOST, port: config.PORT })
    await greet(storage, config, say)
    return app
  } catch (error) {
    uninstall()
    await app.close()
    throw error
  }
}

/** Makes the first admin key and shows it this once; not where the operator brings a key along. */
async function greet(storage: Storage, config: Config, say: (text: string) => void): Promise<void> {
  if (config.DATELINE_ADMIN_KEY !== undefined || (await hasAdminKey(storage.reader))) return
  const token = await storage.transaction(async (tx) => {
    // Another process may have been first.
    if (await hasAdminKey(tx)) return undefined
    return (await createKey(tx, { name: 'First admin', role: 'admin' }, serviceContext('first start', systemClock)))
      .token
  })
  if (token) say(`There is no admin key yet. This is the first, shown this once:\n\n  ${token}\n`)
}
