import { matchesInSteps } from '../../src/lib/count-matches.ts'
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

  it('counts matches in steps, in several texts at a time', () => {
    const word = /\w+/g
    const [one, two] = [matchesInSteps('a '.repeat(1_500), word), matchesInSteps('b, '.repeat(2_500), word)]
    let steps = 0
    for (; !one.next().done; two.next()) steps += 1
    expect(steps).toBe(1)
    expect(atOnce(two)).toBe(2_500)
    expect(atOnce(matchesInSteps('a '.repeat(1_500), word))).toBe(1_500)
    expect(atOnce(matchesInSteps('', word))).toBe(0)
  })

  it('has the same result at once', () => {
    expect(atOnce(work())).toBe('done')
  })
})
