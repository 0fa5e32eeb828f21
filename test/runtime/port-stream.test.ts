import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { PortStream } from '../../src/runtime/port-stream.ts'

/** What is read from an end until its end; `buffer` of Node would destroy it then, with what it still writes. */
async function buffer(end: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  end.on('data', (part) => parts.push(part))
  await once(end, 'end')
  return Buffer.concat(parts)
}

/** Both ends of a connection. */
function ends(): [PortStream, PortStream] {
  const { port1, port2 } = new MessageChannel()
  return [new PortStream(port1), new PortStream(port2, '203.0.113.7')]
}

describe('a connection between two threads', () => {
  it('gives each end what was written to the other, however it was cut', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 100_000 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(chunks, chunks, fc.boolean(), async (there, back, isCorked) => {
        const [one, two] = ends()
        const received = Promise.all([buffer(two), buffer(one)])
        const sides = [
          [one, there],
          [two, back],
        ] as const
        for (const [end, parts] of sides) {
          if (isCorked) end.cork()
          for (const part of parts) end.write(part)
          end.end()
        }
        expect(await received).toEqual([Buffer.concat(there), Buffer.concat(back)])
        await Promise.all([one, two].map((end) => end.closed || once(end, 'close')))
      }),
      { numRuns: 50 },
    )
  })

  it('takes no more than the other end reads', async () => {
    const [one, two] = ends()
    const chunk = Buffer.alloc(64 * 1024)
    let written = 0
    const write = () => {
      while (written < 1_000 && one.write(chunk)) written += 1
    }
    one.on('drain', write)
    write()
    while (two.readableLength === 0) await once(two, 'readable')
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    expect(two.readableLength + one.writableLength).toBeLessThan(8 * chunk.length)
    one.destroy()
    await once(two, 'close')
  })

  it('leaves the buffers of the writer as they are', async () => {
    const [one, two] = ends()
    const bytes = Buffer.from('from the pool')
    one.end(bytes)
    expect(String(await buffer(two))).toBe('from the pool')
    expect(String(bytes)).toBe('from the pool')
    two.end()
  })

  it('closes with either end; what was sent before an end can still be read', async () => {
    const [one, two] = ends()
    one.end('the last words')
    await once(one, 'finish')
    one.destroy()
    expect(String(await buffer(two))).toBe('the last words')
    const [three, four] = ends()
    three.destroy()
    await once(four, 'close')
    expect(four.destroyed).toBe(true)
  })

  it('has the address of the client', () => {
    const [one, two] = ends()
    expect([one.remoteAddress, two.remoteAddress]).toEqual([undefined, '203.0.113.7'])
    one.destroy()
  })
})
