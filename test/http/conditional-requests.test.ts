import fc from 'fast-check'
import { matchesEtag } from '../../src/http/conditional-requests.ts'
import { runs } from '../harness/depth.ts'

const tag = fc.stringMatching(/^[\w-]{1,12}$/).map((text) => `"${text}"`)
const suffix = fc.tuple(fc.constantFrom('-', '--', ';', ':', '+'), fc.constantFrom('gzip', 'br', 'zstd', 'deflate'))
const matches = (condition: string, etag: string) => matchesEtag({ 'if-none-match': condition }, etag)

describe('If-None-Match', () => {
  it('names a reply in every coding, whatever its tag ends with', () =>
    fc.assert(
      fc.property(tag, suffix, tag, (etag, [separator, coding], other) => {
        const coded = `${etag.slice(0, -1)}${separator}${coding}"`
        for (const condition of [etag, `W/${etag}`, coded, `W/${coded}`, `${other}, ${coded}`, '*'])
          expect([condition, matches(condition, etag)]).toEqual([condition, true])
      }),
      runs(200),
    ))

  it('names no other reply', () =>
    fc.assert(
      fc.property(tag, tag, (etag, other) => {
        fc.pre(!other.startsWith(etag.slice(0, -1)))
        expect([other, matches(other, etag)]).toEqual([other, false])
      }),
      runs(200),
    ))
})
