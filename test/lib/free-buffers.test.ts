import { jest } from '@jest/globals'
import { freeBuffer } from '../../src/runtime/free-buffers.ts'

const collect = globalThis.gc
afterEach(() => {
  globalThis.gc = collect
})

it('collects the young generation for every 4 MB of buffers, whatever their sizes', () => {
  const gc = jest.fn()
  globalThis.gc = gc as unknown as NonNullable<typeof globalThis.gc>
  for (let chunk = 0; chunk < 200; chunk++) freeBuffer(Buffer.alloc(100_000))
  expect(gc.mock.calls).toEqual(Array(5).fill([{ type: 'minor', execution: 'sync' }]))
})
