import { Abandoned, fairQueue, QueueFull } from '../../src/runtime/fair-queue.ts'

/** Work that ends when it is told to, in the order in which it began. */
function works() {
  const begun: { name: string; end(): void }[] = []
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push({ name, end: () => resolve(name) })
    })
  return { begun, work }
}

it('lets clients take turns, each in its own order', async () => {
  const enqueue = fairQueue({ concurrency: 1, maxWaiting: 10 })
  const { begun, work } = works()
  const results = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => enqueue(name.slice(0, 1), work(name)))
  for (let at = 0; at < results.length; at++) {
    expect(begun).toHaveLength(at + 1)
    begun[at]?.end()
    await new Promise(setImmediate)
  }
  expect(begun.map(({ name }) => name)).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2'])
  expect(await Promise.all(results)).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'b2'])
})

it('refuses the last of the client that has the most waiting, and goes on after work that fails', async () => {
  const enqueue = fairQueue({ concurrency: 1, maxWaiting: 3 })
  const { begun, work } = works()
  const failing = enqueue('a', async () => {
    await new Promise(setImmediate)
    throw new Error('no')
  })
  const waiting = ['a1', 'a2', 'a3', 'b1'].map((name) => enqueue(name.slice(0, 1), work(name)))
  await expect(waiting[2]).rejects.toThrow(QueueFull)
  await expect(failing).rejects.toThrow('no')
  for (let at = 0; at < 3; at++) {
    begun[at]?.end()
    await new Promise(setImmediate)
  }
  expect(begun.map(({ name }) => name)).toEqual(['a1', 'b1', 'a2'])
})

it('does not run the work of a client that has gone, nor counts it among what waits', async () => {
  const enqueue = fairQueue({ concurrency: 1, maxWaiting: 2 })
  const { begun, work } = works()
  const gone = new Set<string>()
  const results = ['a1', 'b1', 'c1'].map((name) => enqueue(name.slice(0, 1), work(name), () => gone.has(name)))
  const abandoned = expect(results[1]).rejects.toThrow(Abandoned)
  gone.add('b1')
  results.push(enqueue('d', work('d1')))
  await abandoned
  for (let at = 0; at < 3; at++) {
    begun[at]?.end()
    await new Promise(setImmediate)
  }
  expect(begun.map(({ name }) => name)).toEqual(['a1', 'c1', 'd1'])
})
