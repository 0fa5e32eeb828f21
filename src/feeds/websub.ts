/** Tells a WebSub hub (https://www.w3.org/TR/websub/#publishing) which feeds have changed. */

import type { EntryRow } from '../catalogue/entry.ts'
import { loadByIds } from '../catalogue/loader.ts'
import { slugOrPathOf } from '../catalogue/resolve.ts'
import { changesAfter, type LoggedChange, lastSeq } from '../changes/log.ts'
import type { Site } from '../editions/site-urls.ts'
import type { Clock } from '../lib/clock.ts'
import { type FeedFilters, feedForms, feedPath } from '../lib/feed-urls.ts'
import type { Reader, Storage } from '../storage/storage.ts'
import { liveReferences, referencesIn } from './membership.ts'
import { scopeTables } from './scope.ts'

/** How many changes are read at once. */
const BATCH = 500
/** How long the hub may take to answer, in milliseconds. */
const PATIENCE = 5_000
/** The longest pause after the hub has failed, in milliseconds. */
const LONGEST_PAUSE = 5 * 60_000

export interface HubPublisherDeps {
  storage: Storage
  clock: Clock
  site: Pick<Site, 'api'>
  hub: string
  /** Ends a notice that is under way. */
  signal: AbortSignal
  /** Told of a feed of which the hub wants to hear nothing. */
  onRefused: (topic: string, status: number) => void
}

/** Notices to a hub, of what changes from now on. */
export interface HubPublisher {
  /** Tells of all that has changed, each feed once. Throws if the hub cannot be told now; what is left stays noted. */
  publishPending(): Promise<void>
}

/** Begins to note which feeds change. After a failure the hub is left alone for a while, longer each time. */
export async function hubPublisher({
  storage,
  clock,
  site,
  hub,
  signal,
  onRefused,
}: HubPublisherDeps): Promise<HubPublisher> {
  const db = storage.reader
  const pending = new Set<string>()
  let place = await lastSeq(db)
  let pause = 0
  let notBefore = 0

  async function note(): Promise<void> {
    for (;;) {
      const rows = await changesAfter(db, place, BATCH)
      for (const path of await feedsIn(db, rows)) pending.add(site.api + path)
      place = rows.at(-1)?.seq ?? place
      if (rows.length < BATCH) return
    }
  }
  return {
    async publishPending() {
      await note()
      const now = clock.now().getTime()
      if (now < notBefore) return
      try {
        for (const topic of pending) {
          const status = await publish(hub, topic, signal)
          pending.delete(topic)
          if (status >= 300) onRefused(topic, status)
        }
        pause = 0
      } catch (error) {
        pause = Math.min(LONGEST_PAUSE, Math.max(1_000, pause * 2))
        notBefore = now + pause
        throw error
      }
    },
  }
}

/** Tells the hub of one feed; gives its answer. Throws if it may take the same notice later. */
async function publish(hub: string, topic: string, signal: AbortSignal): Promise<number> {
  const { status, body } = await fetch(hub, {
    method: 'POST',
    body: new URLSearchParams({ 'hub.mode': 'publish', 'hub.url': topic }),
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
  })
  await body?.cancel()
  if (status >= 500 || status === 408 || status === 429) throw new Error(`the hub ${hub} answers ${status}`)
  return status
}

/** The feeds that some changes altered: those of the site, and of all that the articles refer to or did before. */
async function feedsIn(db: Reader, rows: LoggedChange[]): Promise<string[]> {
  const changed = rows.filter(({ type }) => type.startsWith('article.'))
  if (changed.length === 0) return []
  const live = await liveReferences(db, [...new Set(changed.map(({ target }) => target))])
  const refs = [...live.values(), ...changed.map(({ was }) => referencesIn(was ?? {}))]
  const filters: FeedFilters[] = [{}]
  for (const [kind, table] of Object.entries(scopeTables)) {
    const ids = [...new Set(refs.flatMap((one) => one[kind] ?? []))]
    const entries = await loadByIds<EntryRow>(db, table, ids)
    for (const entry of entries) if (entry.deletedAt === null) filters.push({ [kind]: await slugOrPathOf(db, kind, entry) })
  }
  return filters.flatMap((one) => feedForms.map(({ file }) => feedPath(file, one)))
}
