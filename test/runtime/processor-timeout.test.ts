import { processorTimeout } from '../../src/runtime/processor-timeout.ts'

/** A process that has used so many milliseconds at one look after another; and the number of looks. */
function processWith(...used: number[]) {
  const looks = { count: 0 }
  return {
    looks,
    usage: () => {
      const user = (used[looks.count] ?? used.at(-1) ?? 0) * 1_000
      looks.count += 1
      return { user, system: 0 }
    },
  }
}

const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve))

describe('a limit of processor time', () => {
  it('is passed when the process has had it, however long that takes', async () => {
    const { usage, looks } = processWith(100, 100, 110, 119, 120)
    await aborted(processorTimeout(20, usage).signal)
    expect(looks.count).toBe(5)
  })

  it('is passed by the clock where the process is never given any', async () => {
    const { usage, looks } = processWith(100)
    await aborted(processorTimeout(20, usage).signal)
    expect(looks.count).toBeGreaterThan(2)
  })
})
