/** Sends what there is to send: makes deliveries of the changes, sends what is due, and writes down how it went. */
import { setTimeout as pause } from 'node:timers/promises'
import type { ChangeNotifier } from '../changes/change-notifier.ts'
import { lastSeq } from '../changes/log.ts'
import type { Clock } from '../lib/clock.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { type Attempt, recordAttempts } from './attempts.ts'
import { endpointConcurrency } from './concurrency.ts'
import type { DeliveryRow } from './deliveries.ts'
import { activeWebhooks, fanOut } from './fan-out.ts'
import { dueWebhooks, leaseDeliveries } from './leases.ts'
import { buildMessages, type WebhookMessage } from './payload.ts'
import type { SecretEncryption } from './secret-encryption.ts'
import type { Sender } from './send.ts'
import { signedHeaders } from './signature.ts'
import { signingSecrets, type WebhookRow } from './store.ts'

export interface DispatcherDeps {
  storage: Storage
  clock: Clock
  secrets: SecretEncryption
  sender: Sender
}

export interface Dispatcher {
  /** Does all there is to do now; resolves when nothing is under way any more. */
  runUntilIdle(): Promise<void>
  /** Does so from now on in the background. What fails is told, and tried again. */
  start(watch: ChangeNotifier, onError: (error: unknown) => void): void
  /** Ends what is under way, after a moment; what is broken off is due again at once. */
  stop(): Promise<void>
}

/** How long nothing is looked for while nothing changes, in milliseconds: then something may have become due. */
const IDLE = 1_000
/** How long results are gathered at most, in milliseconds: many are written as cheaply as one. */
const GATHER = 20
/** How long messages under way may take to end when all stops, in milliseconds. */
const LAST_WORD = 1_000

const HEADERS = { 'content-type': 'application/json', 'user-agent': 'Dateline' }

type Claimed = { webhook: WebhookRow; delivery: DeliveryRow }

export function dispatcher({ storage, clock, secrets, sender }: DispatcherDeps): Dispatcher {
  const loads = endpointConcurrency()
  const underWay = new Set<string>()
  const results: Attempt[] = []
  let isStopping = false
  let background = Promise.resolve()
  const waiting: (() => void)[] = []
  /** The change up to which was looked; undefined while there is no active webhook. */
  let seen: number | undefined

  /** One round, in one transaction: results in, deliveries made, some of them claimed. Whether there may be more. */
  async function turn(): Promise<boolean> {
    const now = clock.now()
    const last = await lastSeq(storage.reader)
    const cursors = (await activeWebhooks(storage.reader)).map(({ cursor }) => cursor)
    seen = cursors.length > 0 ? last : undefined
    const isBehind = cursors.some((cursor) => cursor < last)
    const isDue = async () =>
      (await dueWebhooks(storage.reader, now.toISOString())).some((webhook) => loads.freeSlots(webhook, now) > 0)
    // A try may end while it is looked for what is due.
    if (results.length === 0 && !isBehind && !(await isDue())) return results.length > 0
    const settled = [...results]
    const claimed = await storage.transaction(async (tx) => {
      await recordAttempts(tx, settled, clock)
      await fanOut(tx, last, now.toISOString())
      return claimSome(tx, now)
    })
    results.splice(0, settled.length)
    for (const message of await buildMessages(storage.reader, claimed)) begin(message)
    return isBehind || claimed.length > 0 || results.length > 0
  }

  async function claimSome(tx: Writer, now: Date): Promise<Claimed[]> {
    const claimed: Claimed[] = []
    for (const webhook of await dueWebhooks(tx, now.toISOString())) {
      const free = loads.freeSlots(webhook, now, claimed.length)
      if (free === 0) continue
      // A clock that was put forward must not make what is under way here due again.
      for (const delivery of await leaseDeliveries(tx, webhook.id, free, now))
        if (!underWay.has(delivery.id)) claimed.push({ webhook, delivery })
    }
    return claimed
  }

  function begin({ webhook, delivery, body }: WebhookMessage): void {
    const now = clock.now()
    const keys = signingSecrets(webhook, secrets, now.toISOString())
    underWay.add(delivery.id)
    loads.started(webhook)
    if (keys.length === 0) end(webhook, delivery, undefined)
    else {
      const headers = { ...HEADERS, ...signedHeaders(delivery.id, now, body, keys) }
      sender.send(webhook.url, headers, body).then((outcome) => end(webhook, delivery, outcome))
    }
  }

  function end(webhook: WebhookRow, delivery: DeliveryRow, outcome: Attempt['outcome']): void {
    const now = clock.now()
    loads.finished(webhook, outcome?.error === null, now)
    underWay.delete(delivery.id)
    results.push({ delivery, outcome, at: now.toISOString() })
    wake()
  }

  const nextEnd = () => new Promise<void>((resolve) => void waiting.push(resolve))
  function wake(): void {
    for (const resolve of waiting.splice(0)) resolve()
  }

  /** Resolves when half of what is under way has ended, or after a moment. */
  async function gather(): Promise<void> {
    const enough = Math.floor(underWay.size / 2)
    const moment = setTimeout(() => {
      isOver = true
      wake()
    }, GATHER)
    let isOver = false
    while (underWay.size > enough && !isOver) await nextEnd()
    clearTimeout(moment)
  }

  async function runUntilIdle(): Promise<void> {
    for (;;) {
      while (!isStopping && (await turn())) await gather()
      if (isStopping || underWay.size === 0) return
      if (results.length === 0) await nextEnd()
    }
  }

  /** Resolves when a try is over, something has changed, or something may have become due. */
  async function somethingNew(watch: ChangeNotifier): Promise<void> {
    const over = new AbortController()
    const waits = [nextEnd(), pause(IDLE, undefined, { signal: over.signal })]
    if (seen !== undefined) waits.push(watch.waitAfter(seen, over.signal))
    await Promise.race(waits).finally(() => {
      over.abort()
      wake()
    })
  }

  async function goOn(watch: ChangeNotifier, onError: (error: unknown) => void): Promise<void> {
    const isOver = () => isStopping || watch.closed.aborted
    while (!isOver()) {
      try {
        while (!isOver() && (await turn())) await gather()
        if (!isOver() && results.length === 0) await somethingNew(watch)
      } catch (error) {
        onError(error)
        await pause(IDLE)
      }
    }
  }

  async function stop(): Promise<void> {
    isStopping = true
    wake()
    await background
    AbortSignal.timeout(LAST_WORD).addEventListener('abort', () => void sender.close())
    while (underWay.size > 0) await nextEnd()
    await sender.close()
    if (results.length > 0) await storage.transaction((tx) => recordAttempts(tx, results, clock))
  }

  return {
    runUntilIdle: work,
    start(watch, onError) {
      background = goOn(watch, onError)
    },
    stop,
  }
}
