/** Notifies a WebSub hub (https://www.w3.org/TR/websub/#publishing) of the feeds that have changed. */

import { referencesIn } from '../access/references.ts'
import type { EntryRow } from '../catalogue/entry.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { slugOrPathOf } from '../catalogue/resolve.ts'
import { changesAfter, type LoggedChange, lastSeq } from '../changes/log.ts'
import type { Site } from '../editions/site-urls.ts'
import type { Clock } from '../lib/clock.ts'
import { type FeedFilters, feedForms, feedPath } from '../lib/feed-urls.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { liveReferences } from './membership.ts'
import { scopeTables } from './scope.ts'

/** How many changes are read at once. */
const BATCH = 500
/** How long the hub may take to reply, in milliseconds. */
const TIMEOUT = 5_000
/** The first and the longest pause after the hub has failed, in milliseconds. */
const MIN_PAUSE = 2_000
const MAX_PAUSE = 5 * 60_000

export interface HubPublisherDeps {
  storage: Storage
  clock: Clock
  site: Pick<Site, 'api'>
  hub: string
  /** Aborts a request in flight. */
  signal: AbortSignal
  /** Called with a feed that the hub refuses for good. */
  onRefused: (topic: string, status: number) => void
  /** Called when the hub fails: it is notified again after a pause, longer each time. */
  onFailed: (error: unknown) => void
}

/** Publishes changes from now on to a hub. */
export interface HubPublisher {
  /** Publishes every changed feed once. If the hub fails, the remaining feeds stay pending. */
  publishPending(): Promise<void>
}

/** Follows the changes from now on. After a failure it pauses, longer each time. */
export async function hubPublisher({
  storage,
  clock,
  site,
  hub,
  signal,
  onRefused,
  onFailed,
}: HubPublisherDeps): Promise<HubPublisher> {
  const db = storage.reader
  const pending = new Set<string>()
  let cursor = await lastSeq(db)
  let pause = 0
  let notBefore = 0

  async function collectChanged(): Promise<void> {
    for (;;) {
      const rows = await changesAfter(db, cursor, BATCH)
      for (const path of await feedsIn(db, rows)) pending.add(site.api + path)
      cursor = rows.at(-1)?.seq ?? cursor
      if (rows.length < BATCH) return
    }
  }
  return {
    async publishPending() {
      await collectChanged()
      const now = clock.now().getTime()
      if (now < notBefore) return
      try {
        for (const topic of pending) {
          pending.delete(topic)
          // One that fails is published again after the others.
          const status = await publish(hub, topic, signal).catch((error) => {
            pending.add(topic)
            throw error
          })
          if (status >= 300) onRefused(topic, status)
        }
        pause = 0
      } catch (error) {
        pause = Math.min(MAX_PAUSE, Math.max(MIN_PAUSE, pause * 2))
        notBefore = now + pause
        onFailed(error)
      }
    },
  }
}

/** Publishes one feed; gives the status of the reply. Throws if the hub may accept the same request later. */
async function publish(hub: string, topic: string, signal: AbortSignal): Promise<number> {
  const { status, body } = await fetch(hub, {
    method: 'POST',
    body: new URLSearchParams({ 'hub.mode': 'publish', 'hub.url': topic }),
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
  })
  await body?.cancel()
  if (status >= 500 || status === 408 || status === 429) throw new Error(`the hub ${hub} answers ${status}`)
  return status
}

/** The feeds that changes affect: those of the site, and of all that their articles refer to or referred to before. */
async function feedsIn(db: Reader, rows: LoggedChange[]): Promise<string[]> {
  const changed = rows.filter(({ type }) => type.startsWith('article.'))
  if (changed.length === 0) return []
  const live = await liveReferences(db, [...new Set(changed.map(({ target }) => target))])
  const refs = [...live.values(), ...changed.map(({ previousAttributes }) => referencesIn(previousAttributes ?? {}))]
  const filters: FeedFilters[] = [{}]
  for (const [kind, table] of Object.entries(scopeTables)) {
    const ids = [...new Set(refs.flatMap((one) => one[kind] ?? []))]
    const entries = await loadByIds<EntryRow>(db, table, ids)
    for (const entry of entries)
      if (entry.deletedAt === null) filters.push({ [kind]: await slugOrPathOf(db, kind, entry) })
  }
  return filters.flatMap((one) => feedForms.map(({ file }) => feedPath(file, one)))
}
