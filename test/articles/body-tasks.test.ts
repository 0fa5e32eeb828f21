import { bodyTaskPool } from '../../src/articles/body-tasks/pool.ts'
import { closeLater } from '../harness/cleanup.ts'

const thread = new URL('../harness/hostile-thread.js', import.meta.url)
const large = (word: string) => ({ format: 'markdown' as const, value: word.padEnd(5_000, '.') })
const caller = (id: string) => ({ id, role: 'contributor' as const })

/** A pool whose deadline is short where a task is to exceed it, and else longer than any test. */
function poolOf(options: { deadline?: number; memory?: number } = {}) {
  const { tasksOf, close } = bodyTaskPool({ deadline: 60_000, thread, ...options })
  closeLater(close)
  return tasksOf
}

describe('tasks on bodies', () => {
  it('run beside the event loop if they are large', async () => {
    await expect(poolOf()(caller('ana')).readBody(large('text'))).resolves.toEqual({ blocks: [], warnings: [] })
  })

  it('run at once if they are small', async () => {
    const { blocks } = await poolOf()(caller('ana')).readBody({ format: 'markdown', value: 'loop' })
    expect(blocks).toMatchObject([{ type: 'paragraph', text: 'loop' }])
  })

  it('are ended at their deadline, and the next one runs', async () => {
    const { readBody } = poolOf({ deadline: 300 })(caller('ana'))
    await expect(readBody(large('loop'))).rejects.toMatchObject({ type: 'too-complex', status: 422 })
    await expect(readBody(large('unreadable'))).rejects.toThrow('has more than 20000 elements')
  })

  it('are ended when they need too much memory', async () => {
    const { readBody } = poolOf({ memory: 32 })(caller('ana'))
    await expect(readBody(large('fill'))).rejects.toMatchObject({ type: 'too-complex', status: 422 })
  })
})
