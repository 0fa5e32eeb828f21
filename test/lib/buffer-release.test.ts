import { jest } from '@jest/globals'
import { bufferRelease } from '../../src/runtime/buffer-release.ts'

it('collects the young generation for every 4 MB of buffers, whatever their sizes', () => {
  const collect = jest.fn()
  const release = bufferRelease(collect as unknown as NonNullable<typeof globalThis.gc>)
  for (let chunk = 0; chunk < 200; chunk++) release(Buffer.alloc(100_000))
  expect(collect.mock.calls).toEqual(Array(5).fill([{ type: 'minor', execution: 'sync' }]))
})
