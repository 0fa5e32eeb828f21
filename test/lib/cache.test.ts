import { BoundedMap } from '../../src/lib/cache.ts'

describe('a bounded map', () => {
  it('evicts the entry that was set first when there is no room', () => {
    const map = new BoundedMap<string, number>(2)
    map.set('a', 1).set('b', 2)
    map.get('a')
    map.set('c', 3)
    expect([...map]).toEqual([
      ['b', 2],
      ['c', 3],
    ])
  })

  it('counts an entry that is set again once, as the newest', () => {
    const map = new BoundedMap<string, number>(2)
    map.set('a', 1).set('b', 2).set('a', 3).set('c', 4)
    expect([...map.keys()]).toEqual(['a', 'c'])
  })

  it('limits the sum of sizes, and has room again for what was deleted', () => {
    const map = new BoundedMap<string, string>(10, ({ length }) => length)
    map.set('a', '12345').set('b', '12345').set('c', '1234567')
    expect([...map.keys()]).toEqual(['c'])
    map.delete('c')
    map.set('d', '1234567890')
    expect([...map.keys()]).toEqual(['d'])
    map.clear()
    map.set('e', '1234567890')
    expect([...map.keys()]).toEqual(['e'])
  })

  it('does not hold a value that is larger than the limit', () => {
    const map = new BoundedMap<string, string>(3, ({ length }) => length)
    expect(map.set('a', '1234').size).toBe(0)
  })
})
