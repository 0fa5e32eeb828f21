/** A queue that is full: there is no room for this work. */
export class QueueFull extends Error {
  override name = 'QueueFull'
}

/** Work whose client did not wait for its turn. */
export class Abandoned extends Error {
  override name = 'Abandoned'
}

/**
 * Runs the work of a client when it is its turn, unless the client has gone by then. Throws `QueueFull` or `Abandoned`.
 */
export type FairQueue = <T>(client: string, work: () => Promise<T>, hasGone?: () => boolean) => Promise<T>

interface Waiting {
  run(): Promise<void>
  fail(error: Error): void
  hasGone(): boolean
}

/**
 * A queue in which clients take turns: one that sends much waits for itself, not the others for it. `concurrency` is how
 * much work runs at a time. Of more than `maxWaiting` that wait, the last of the client with the most is refused.
 */
export function fairQueue({ concurrency, maxWaiting }: { concurrency: number; maxWaiting: number }): FairQueue {
  /** What waits, by client; the client whose turn is next is the first. */
  const queues = new Map<string, Waiting[]>()
  let running = 0
  let waiting = 0

  function start(work: Waiting): void {
    running += 1
    void work.run().then(() => {
      running -= 1
      startNext()
    })
  }

  function startNext(): void {
    dropAbandoned()
    for (const [client, queue] of queues) {
      queues.delete(client)
      const next = queue.shift()
      if (!next) continue
      waiting -= 1
      if (queue.length > 0) queues.set(client, queue)
      start(next)
      return
    }
  }

  function dropAbandoned(): void {
    for (const [client, queue] of queues) {
      const [gone, present] = [queue.filter((work) => work.hasGone()), queue.filter((work) => !work.hasGone())]
      if (gone.length === 0) continue
      waiting -= gone.length
      queues.set(client, present)
      for (const work of gone) work.fail(new Abandoned('the client has gone'))
    }
  }

  function wait(client: string, work: Waiting): void {
    const queue = queues.get(client) ?? []
    queue.push(work)
    queues.set(client, queue)
    waiting += 1
    if (waiting > maxWaiting) dropAbandoned()
    if (waiting > maxWaiting) refuseOne()
  }

  function refuseOne(): void {
    let longest: Waiting[] = []
    for (const queue of queues.values()) if (queue.length >= longest.length) longest = queue
    waiting -= 1
    longest.pop()?.fail(new QueueFull(`more than ${maxWaiting} wait`))
  }

  return (client, work, hasGone = () => false) =>
    new Promise((resolve, reject) => {
      const queued: Waiting = { run: () => work().then(resolve, reject), fail: reject, hasGone }
      if (running < concurrency) start(queued)
      else wait(client, queued)
    })
}
