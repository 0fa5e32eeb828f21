import { atOnce, inSlices } from '../../src/lib/slices.ts'

/** Work of three steps, each of which takes longer than a slice. */
function* work(): Generator<void, string> {
  for (let step = 0; step < 3; step += 1) {
    const began = performance.now()
    while (performance.now() - began < 12);
    yield
  }
  return 'done'
}

describe('long work', () => {
  it('lets others have their turn between its slices', async () => {
    const events: string[] = []
    setImmediate(() => events.push('another'))
    events.push(await inSlices(work()))
    expect(events).toEqual(['another', 'done'])
  })

  it('has the same result at once', () => {
    expect(atOnce(work())).toBe('done')
  })
})
