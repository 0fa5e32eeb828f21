/** A queue that is full: there is no room for this work. */
export class QueueFull extends Error {
  override name = 'QueueFull'
}

/** Runs the work of a client when it is its turn. Throws `QueueFull`. */
export type FairQueue = <T>(client: string, work: () => Promise<T>) => Promise<T>

interface Waiting {
  run(): Promise<void>
  refuse(): void
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

  function wait(client: string, work: Waiting): void {
    const queue = queues.get(client) ?? []
    queue.push(work)
    queues.set(client, queue)
    waiting += 1
    if (waiting > maxWaiting) refuseOne()
  }

  function refuseOne(): void {
    let longest: Waiting[] = []
    for (const queue of queues.values()) if (queue.length >= longest.length) longest = queue
    waiting -= 1
    longest.pop()?.refuse()
  }

  return (client, work) =>
    new Promise((resolve, reject) => {
      const queued: Waiting = {
        run: () => work().then(resolve, reject),
        refuse: () => reject(new QueueFull(`more than ${maxWaiting} wait`)),
      }
      if (running < concurrency) start(queued)
      else wait(client, queued)
    })
}
