import { processorTimeout } from '../../src/runtime/processor-timeout.ts'

/** Gives one value after another, and then the last one again; counts how often it was asked. */
function series(...values: number[]) {
  const next = () => {
    next.count += 1
    return values[next.count - 1] ?? values.at(-1) ?? 0
  }
  next.count = 0
  return next
}
const usageOf = (milliseconds: () => number) => () => ({ user: milliseconds() * 1_000, system: 0 })
const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve))

describe('a limit of processor time', () => {
  it('is passed when the process has had it, however long that takes', async () => {
    const used = series(100, 100, 110, 119, 120)
    await aborted(processorTimeout(20, { usage: usageOf(used), now: () => 0 }).signal)
    expect(used.count).toBe(5)
  })

  it('is passed by the clock where the process is never given any', async () => {
    const now = series(1_000, 1_100, 1_199, 1_200)
    await aborted(processorTimeout(20, { usage: usageOf(() => 100), now }).signal)
    expect(now.count).toBe(4)
  })
})
