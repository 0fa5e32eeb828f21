import fc from 'fast-check'
import { MAX_LIST_EDITS, threeWayMerge } from '../../src/lib/three-way-merge.ts'
import { runs } from '../harness/depth.ts'

const value = fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom(null, 1, 2))
const article = fc.record({ headline: value, seo: fc.record({ title: value, noIndex: value }), body: fc.array(value) })

describe('a change made to another copy', () => {
  it('is the change itself where the copies are the same, and nothing where nothing changed', () => {
    fc.assert(
      fc.property(article, article, (a, b) => {
        expect(threeWayMerge(a, b, a)).toEqual({ value: b, conflicts: [] })
        expect(threeWayMerge(a, a, b)).toEqual({ value: b, conflicts: [] })
        expect(threeWayMerge(a, b, b)).toEqual({ value: b, conflicts: [] })
      }),
      runs(100),
    )
  })

  it('goes beside what is different elsewhere', () => {
    const base = { headline: 'H', seo: { title: null, noIndex: false } as object, body: ['a', 'b', 'c', 'd'] }
    const cases: [change: string[], other: string[], expected: string[] | undefined][] = [
      [
        ['a', 'B', 'c', 'd'],
        ['a', 'b', 'C', 'd'],
        ['a', 'B', 'C', 'd'],
      ],
      [
        ['a', 'c', 'd'],
        ['x', 'a', 'b', 'c'],
        ['x', 'a', 'c'],
      ],
      [
        ['new', 'a', 'b', 'c', 'd'],
        ['b', 'c', 'd'],
        ['new', 'b', 'c', 'd'],
      ],
      [
        ['a', 'b', 'c', 'd', 'end'],
        ['a', 'b', 'c', 'D'],
        ['a', 'b', 'c', 'D', 'end'],
      ],
      [['a', 'b', 'c', 'd', 'end'], ['a', 'b', 'c', 'd', 'other end'], undefined],
      [['a', 'B', 'c', 'd'], ['a', 'x', 'c', 'd'], undefined],
      [['d'], ['a', 'x', 'c', 'd'], undefined],
      // Added to both, at different places.
      [['a', 'b', 'c', 'd', 'e'], ['e', 'a', 'b', 'c', 'd'], undefined],
      [[], ['a', 'b', 'c', 'd', 'e'], ['e']],
    ]
    for (const [change, other, expected] of cases) {
      const { value: merged, conflicts } = threeWayMerge(base, { ...base, body: change }, { ...base, body: other })
      expect([merged.body, conflicts]).toEqual(expected ? [expected, []] : [other, ['/body']])
    }
    const [a, e, edited] = [{ id: 'a' }, { id: 'e' }, { id: 'e', text: 'E' }]
    expect(threeWayMerge([a], [a, edited], [e, a])).toEqual({ value: [e, a], conflicts: [''] })
    const titled = { ...base, headline: 'I', seo: { title: 'T', noIndex: false } }
    const hidden = { ...base, seo: { title: null, noIndex: true } }
    expect(threeWayMerge(base, titled, hidden).value).toEqual({ ...titled, seo: { title: 'T', noIndex: true } })
    expect(threeWayMerge(base, titled, { ...base, seo: { title: 'U', noIndex: false } }).conflicts).toEqual([
      '/seo/title',
    ])
  })

  it('is refused for lists that differ by more than can be compared in the time between two requests', () => {
    const items = (count: number, text: string) => Array.from({ length: count }, (_, n) => `${text} ${n}`)
    const merged = (edits: number) => {
      const rest = items(1_500, 'same')
      const [base, changed, other] = ['old', 'new', 'other'].map((text) => [...items(edits / 2, text), ...rest])
      return threeWayMerge(base, changed, [...(base ?? []), ...(other ?? []).slice(0, 1)])
    }
    expect(merged(MAX_LIST_EDITS).conflicts).toEqual([])
    expect(merged(MAX_LIST_EDITS + 2).conflicts).toEqual([''])
  })
})
