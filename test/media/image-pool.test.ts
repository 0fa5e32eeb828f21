import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import { imageTaskPool } from '../../src/media/image-pool.ts'
import { closeLater } from '../harness/cleanup.ts'

const module = new URL('../harness/hostile-process.js', import.meta.url)

/** The inspection of a file in a pool whose deadline is short where a task is to exceed it. */
function inspector(deadline = 60_000) {
  const { tasks, close } = imageTaskPool({ deadline, module })
  closeLater(close)
  return tasks.inspectFile
}

describe('work on files', () => {
  it.each(['crash', 'exit'])('does not take others along when its process has a %s', async (how) => {
    const inspect = inspector()
    const others = [inspect('fine'), inspect('fine')]
    await expect(inspect(how)).rejects.toMatchObject({ name: 'UnacceptableFile', code: 'damaged' })
    expect(await Promise.all([...others, inspect('fine')])).toEqual(Array(3).fill({ kind: 'image' }))
  })

  it('goes on after a process without work has been killed', async () => {
    const inspect = inspector()
    const { pid } = (await inspect('pid')) as unknown as { pid: number }
    process.kill(pid, 'SIGKILL')
    const isGone = () => {
      try {
        return !process.kill(pid, 0)
      } catch {
        return true
      }
    }
    while (!isGone()) await nextEventLoopTurn()
    // Now this process learns of it.
    await nextEventLoopTurn()
    expect(await inspect('fine')).toEqual({ kind: 'image' })
  })

  it('is ended at its deadline', async () => {
    await expect(inspector(500)('hang')).rejects.toMatchObject({ code: 'damaged', message: /too long/ })
  })

  it('gives why a file is refused, and throws other errors', async () => {
    const inspect = inspector()
    await expect(inspect('refuse')).rejects.toMatchObject({ name: 'UnacceptableFile', code: 'too-large' })
    await expect(inspect('fail')).rejects.toMatchObject({ message: 'the disk has failed' })
  })

  it('is refused where too much waits', async () => {
    const inspect = inspector()
    const outcomes = await Promise.allSettled(Array.from({ length: 600 }, () => inspect('fine')))
    const refused = outcomes
      .filter((one) => one.status === 'rejected')
      .map(({ reason }) => [reason.type, reason.headers])
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toEqual(['busy', { 'retry-after': '5' }])
  })
})
