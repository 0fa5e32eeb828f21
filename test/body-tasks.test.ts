import { newArticleReader } from '../src/articles/request-readers.ts'
import type { Block } from '../src/body/block.ts'
import { bodyChanges } from '../src/body/body-changes.ts'
import { type BodyTaskPoolOptions, bodyTaskPool } from '../src/body-tasks/pool.ts'
import { closeLater } from './harness/cleanup.ts'

const thread = new URL('./harness/hostile-thread.js', import.meta.url)
const large = (word: string) => ({ format: 'markdown' as const, value: word.padEnd(5_000, '.') })
const caller = (id: string) => ({ id, role: 'contributor' as const })

/** A pool whose deadline is short where a task is to exceed it, and else longer than any test. */
function poolOf(options: BodyTaskPoolOptions = {}) {
  const { tasksOf, close } = bodyTaskPool({ deadline: 60_000, thread, ...options })
  closeLater(close)
  return tasksOf
}

describe('tasks on bodies', () => {
  it('run beside the event loop if they are large', async () => {
    await expect(poolOf()(caller('ana')).readBody(large('text'))).resolves.toEqual({ blocks: [], warnings: [] })
  })

  it('run beside the event loop if they are small and have many tags', async () => {
    const html = { format: 'html' as const, value: '<b>a<p>'.repeat(40) }
    await expect(poolOf()(caller('ana')).readBody(html)).resolves.toEqual({ blocks: [], warnings: [] })
  })

  it('run at once if they are small', async () => {
    const { blocks } = await poolOf()(caller('ana')).readBody({ format: 'markdown', value: 'loop' })
    expect(blocks).toMatchObject([{ type: 'paragraph', text: 'loop' }])
  })

  it('run at once where blocks need no conversion', async () => {
    const blocks = [{ type: 'paragraph' as const, text: 'loop'.repeat(2_000) }]
    await expect(poolOf()(caller('ana')).readBody(blocks)).resolves.toEqual({ blocks, warnings: [] })
  })

  it('render large articles beside the event loop, and small ones at once', async () => {
    const { projectJson } = poolOf({ thread: new URL('./harness/naming-thread.js', import.meta.url) })(caller('ana'))
    const article = (text: string) => JSON.stringify({ body: [{ type: 'paragraph', text }] })
    await expect(projectJson(article('a'), { body: 'html' })).resolves.toBe('{"body":"<p>a</p>"}')
    await expect(projectJson(article('a'.repeat(20_000)), { body: 'html' })).resolves.toBe('"projectJson of 20,041"')
  })

  it('render large bodies of feeds and formats beside the event loop, and small ones at once', async () => {
    const thread = new URL('./harness/naming-thread.js', import.meta.url)
    const { renderHtml, renderText } = poolOf({ thread })(caller('ana'))
    const blocks = (text: string): Block[] => [{ type: 'paragraph', text }]
    const bodies = (text: string) => [text, text].map((part) => ({ blocks: blocks(part), base: '' }))
    await expect(renderHtml(bodies('a'))).resolves.toEqual(['<p>a</p>', '<p>a</p>'])
    await expect(renderText(blocks('a'))).resolves.toBe('a')
    await expect(renderHtml(bodies('a'.repeat(9_000)))).resolves.toBe('"renderHtml of 18,109"')
    await expect(renderText(blocks('a'.repeat(20_000)))).resolves.toBe('"renderText of 20,032"')
  })

  it('read large requests, and give the problems of their validation', async () => {
    const { tasksOf, close } = bodyTaskPool({ deadline: 60_000 })
    closeLater(close)
    const { readRequest } = tasksOf(caller('ana'))
    const read = (json: string) => readRequest(Buffer.from(json), newArticleReader)
    const items = (item: unknown) =>
      JSON.stringify({ headline: ' Tides ', body: [{ type: 'list', ordered: false, items: Array(900).fill(item) }] })
    await expect(read(items(' Neap '))).resolves.toEqual({
      headline: 'Tides',
      body: [{ type: 'list', ordered: false, items: Array(900).fill('Neap') }],
    })
    const refused = await read(items(5)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ type: 'validation', status: 400 })
    expect((refused as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer)).toEqual(
      Array.from({ length: 100 }, (_, n) => `/body/0/items/${n}`),
    )
    await expect(read('{"headline":')).rejects.toMatchObject({ type: 'invalid-json' })
  })

  it('are ended at their deadline, and the next one runs', async () => {
    const { readBody } = poolOf({ deadline: 1_000 })(caller('ana'))
    await expect(readBody(large('loop'))).rejects.toMatchObject({ type: 'too-complex', status: 422 })
    await expect(readBody(large('unreadable'))).rejects.toThrow('has more than 20000 elements')
  })

  it('are ended when they need too much memory', async () => {
    const { readBody } = poolOf({ memory: 32 })(caller('ana'))
    await expect(readBody(large('fill'))).rejects.toMatchObject({ type: 'too-complex', status: 422 })
  })
})

describe('the differences of two bodies', () => {
  const p = (id: string, text: string): Block => ({ id, type: 'paragraph', text })
  const list = (...items: string[]): Block => ({ id: 'l', type: 'list', ordered: false, items })
  const word = (op: string, text: string) => ({ op, text })

  it('show a block that has moved as moved, and words in lists', () => {
    const before = [p('1', 'a b'), p('2', 'c'), list('x y', 'z', 'last')]
    const after = [p('2', 'c'), p('1', 'a d'), list('x w', 'n', 'z')]
    expect(bodyChanges(before, after)).toEqual([
      { op: 'keep', block: after[0] },
      { op: 'move', block: after[1], words: [word('keep', 'a '), word('remove', 'b'), word('add', 'd')] },
      {
        op: 'change',
        block: after[2],
        texts: [
          { pointer: '/items/0', words: [word('keep', 'x '), word('remove', 'y'), word('add', 'w')] },
          { pointer: '/items/1', words: [word('add', 'n')] },
          { pointer: null, words: [word('remove', 'last')] },
        ],
      },
    ])
  })

  it('are of the content: an id alone is none', () => {
    expect(bodyChanges([p('1', 'a')], [p('2', 'a')])).toEqual([{ op: 'keep', block: p('2', 'a') }])
  })

  it('have words only as far as a limit of effort allows', () => {
    const texts = (seed: number) =>
      Array.from({ length: 20 }, (_, i) =>
        p(String(i), Array.from({ length: 4_000 }, (_, n) => (n * n * seed + n) % 97).join(' ')),
      )
    const before = process.cpuUsage()
    expect(bodyChanges(texts(3), texts(5)).map(({ op }) => op)).toEqual(Array(20).fill('change'))
    const { user, system } = process.cpuUsage(before)
    // It took 23 seconds without the limit.
    expect((user + system) / 1e6).toBeLessThan(10)
  })
})
