/** Sends webhooks: turns changes into deliveries, leases those that are due, sends them, and records the attempts. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangeNotifier } from '../changes/change-notifier.ts'
import { lastSeq } from '../changes/log.ts'
import type { Clock } from '../lib/clock.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { type Attempt, type EndedWebhook, recordAttempts } from './attempts.ts'
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
  /** Called with each webhook that the service has paused or disabled. */
  onEnded?: (webhook: EndedWebhook) => void
}

/** How long to wait for a change before checking whether deliveries have become due, in milliseconds. */
const POLL_INTERVAL = 1_000
/** How long finished attempts are collected at most, in milliseconds: one transaction records many as cheaply as one. */
const BATCH_WINDOW = 20
/** How long requests in flight may take to finish during a shutdown, in milliseconds. */
const SHUTDOWN_GRACE = 1_000

const HEADERS = { 'content-type': 'application/json', 'user-agent': 'Dateline' }

type LeasedDelivery = { webhook: WebhookRow; delivery: DeliveryRow }

/** Sends webhooks for one process. Several processes may each run one: leases keep them apart. */
export class Dispatcher {
  readonly #deps: DispatcherDeps
  readonly #concurrency = endpointConcurrency()
  /** The ids of the deliveries that are being sent. */
  readonly #inFlight = new Set<string>()
  /** The attempts that are over and are not in the database yet. */
  readonly #unrecorded: Attempt[] = []
  readonly #wakeUp = new WakeUp()
  /** The last change that a round has seen; undefined while no webhook is active, since then no change matters. */
  #lastChange: number | undefined
  #isStopping = false
  #background = Promise.resolve()

  constructor(deps: DispatcherDeps) {
    this.#deps = deps
  }

  /** Does all there is to do now; resolves when nothing is in flight. */
  async runUntilIdle(): Promise<void> {
    for (;;) {
      while (!this.#isStopping && (await this.#round())) await this.#collectAttempts()
      if (this.#isStopping || this.#inFlight.size === 0) return
      if (this.#unrecorded.length === 0) await this.#wakeUp.next()
    }
  }

  /** Does the same in the background from now on. Errors are passed to `onError`, and the round is tried again. */
  start(notifier: ChangeNotifier, onError: (error: unknown) => void): void {
    this.#background = this.#run(notifier, onError)
  }

  /** Ends the work. What is in flight has a second to finish; what is interrupted is due again at once. */
  async stop(): Promise<void> {
    const { storage, clock, sender } = this.#deps
    this.#isStopping = true
    this.#wakeUp.notify()
    await this.#background
    AbortSignal.timeout(SHUTDOWN_GRACE).addEventListener('abort', () => void sender.close())
    while (this.#inFlight.size > 0) await this.#wakeUp.next()
    await sender.close()
    if (this.#unrecorded.length > 0)
      this.#report(await storage.transaction((tx) => recordAttempts(tx, this.#unrecorded, clock)))
  }

  async #run(notifier: ChangeNotifier, onError: (error: unknown) => void): Promise<void> {
    const isOver = () => this.#isStopping || notifier.closed.aborted
    while (!isOver()) {
      try {
        while (!isOver() && (await this.#round())) await this.#collectAttempts()
        if (!isOver() && this.#unrecorded.length === 0) await this.#nextEvent(notifier)
      } catch (error) {
        onError(error)
        await sleep(POLL_INTERVAL)
      }
    }
  }

  /** One round: find out what is due, lease it, send it. Gives whether there may be more to do. */
  async #round(): Promise<boolean> {
    const { reader } = this.#deps.storage
    const now = this.#deps.clock.now()
    const lastChange = await lastSeq(reader)
    const isBehind = await this.#isBehind(lastChange)
    // An attempt may end during the query for due deliveries.
    if (this.#unrecorded.length === 0 && !isBehind && !(await this.#isAnyDue(now))) return this.#unrecorded.length > 0
    const leased = await this.#recordAndLease(lastChange, now)
    for (const message of await buildMessages(reader, leased)) this.#send(message)
    return isBehind || leased.length > 0 || this.#unrecorded.length > 0
  }

  /** Whether there are changes that have not been turned into deliveries yet. */
  async #isBehind(lastChange: number): Promise<boolean> {
    const cursors = (await activeWebhooks(this.#deps.storage.reader)).map(({ cursor }) => cursor)
    this.#lastChange = cursors.length > 0 ? lastChange : undefined
    return cursors.some((cursor) => cursor < lastChange)
  }

  /** Whether a delivery is due whose endpoint has a free slot. */
  async #isAnyDue(now: Date): Promise<boolean> {
    const due = await dueWebhooks(this.#deps.storage.reader, now.toISOString())
    return due.some((webhook) => this.#concurrency.freeSlots(webhook, now) > 0)
  }

  /** The one transaction of a round: records the attempts that are over, creates deliveries, and leases some. */
  async #recordAndLease(lastChange: number, now: Date): Promise<LeasedDelivery[]> {
    const { storage, clock } = this.#deps
    const attempts = [...this.#unrecorded]
    const { leased, ended } = await storage.transaction(async (tx) => {
      const ended = await recordAttempts(tx, attempts, clock)
      await fanOut(tx, lastChange, now.toISOString())
      return { leased: await this.#lease(tx, now), ended }
    })
    // After the commit: after a rollback the next round records them.
    this.#unrecorded.splice(0, attempts.length)
    this.#report(ended)
    return leased
  }

  #report(ended: EndedWebhook[]): void {
    for (const webhook of ended) this.#deps.onEnded?.(webhook)
  }

  /** Leases as many due deliveries as their endpoints have free slots. */
  async #lease(tx: Writer, now: Date): Promise<LeasedDelivery[]> {
    const leased: LeasedDelivery[] = []
    for (const webhook of await dueWebhooks(tx, now.toISOString())) {
      const slots = this.#concurrency.freeSlots(webhook, now, leased.length)
      if (slots === 0) continue
      // After the clock was set forward, the lease of a delivery in flight may have expired.
      for (const delivery of await leaseDeliveries(tx, webhook.id, slots, now))
        if (!this.#inFlight.has(delivery.id)) leased.push({ webhook, delivery })
    }
    return leased
  }

  #send({ webhook, delivery, body }: WebhookMessage): void {
    const { clock, secrets, sender } = this.#deps
    const now = clock.now()
    const keys = signingSecrets(webhook, secrets, now.toISOString())
    this.#inFlight.add(delivery.id)
    this.#concurrency.started(webhook)
    if (keys.length === 0) this.#finish(webhook, delivery, undefined)
    else {
      const headers = { ...HEADERS, ...signedHeaders(delivery.id, now, body, keys) }
      sender.send(webhook.url, headers, body).then((outcome) => this.#finish(webhook, delivery, outcome))
    }
  }

  /** An attempt is over: the next round records it. */
  #finish(webhook: WebhookRow, delivery: DeliveryRow, outcome: Attempt['outcome']): void {
    const now = this.#deps.clock.now()
    this.#concurrency.finished(webhook, outcome?.error === null, now)
    this.#inFlight.delete(delivery.id)
    this.#unrecorded.push({ delivery, outcome, at: now.toISOString() })
    this.#wakeUp.notify()
  }

  /** Waits until half of what is in flight is over, or for the batch window. */
  async #collectAttempts(): Promise<void> {
    const enough = Math.floor(this.#inFlight.size / 2)
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      this.#wakeUp.notify()
    }, BATCH_WINDOW)
    while (this.#inFlight.size > enough && !isOver) await this.#wakeUp.next()
    clearTimeout(timer)
  }

  /** Waits until an attempt is over, a change is committed, or deliveries may have become due. */
  async #nextEvent(notifier: ChangeNotifier): Promise<void> {
    const ending = new AbortController()
    const events = [this.#wakeUp.next(), sleep(POLL_INTERVAL, undefined, { signal: ending.signal })]
    if (this.#lastChange !== undefined) events.push(notifier.waitAfter(this.#lastChange, ending.signal))
    await Promise.race(events).finally(() => {
      ending.abort()
      this.#wakeUp.notify()
    })
  }
}

/** A condition to wait for: `notify` resolves every pending `next`. */
class WakeUp {
  readonly #waiting: (() => void)[] = []

  next(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }

  notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
