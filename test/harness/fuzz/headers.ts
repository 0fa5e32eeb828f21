/** Headers for an operation. */
import fc from 'fast-check'
import { happens, type Operation } from './operation.ts'
import type { Pool } from './pool.ts'
import type { ValuesOf } from './values.ts'

const MATCHING = 'the one of this path'

export function headersOf(
  { method, parameters, path }: Operation,
  { pick }: ValuesOf,
  isTame: boolean,
): fc.Arbitrary<Record<string, string>> {
  const has = (name: string) => parameters.some((one) => one.in === 'header' && one.name === name)
  const some = (name: string, often: number, value: fc.Arbitrary<string>) =>
    fc.tuple(happens(often), value).map(([isThere, one]) => ({ [name]: isThere ? one : '' }))
  const odd = isTame ? 0 : 12
  const matching = fc.constantFrom(MATCHING, MATCHING, '*')
  const etags = fc.oneof(
    matching,
    pick('etag'),
    fc.constantFrom('"1"', 'W/"1"', '1', '"', '"1", "2"', '"99999999999999999999"', `"${'e'.repeat(1_100)}"`),
  )
  const once = fc.constantFrom(
    'one',
    'two',
    'three',
    ...Array.from({ length: 20 }, (_, n) => `key-${n}`),
    ...(isTame ? [] : ['k'.repeat(256), 'a b', 'é']),
  )
  const types = fc.constantFrom(
    'application/json',
    'application/merge-patch+json',
    'application/json; charset=utf-8',
    'application/json; charset=latin1',
    'text/plain',
    'application/x-ndjson',
    'multipart/form-data; boundary=x',
    'APPLICATION/JSON',
    'application/',
    ';',
    'application/json;;',
  )
  const accepts = fc.constantFrom(
    '*/*',
    'application/json',
    'application/ld+json',
    'application/vnd.iptc.ninjs+json',
    'text/html',
    'application/*;q=0.1, */*;q=0',
    ';q=',
    'a'.repeat(3_000),
    'application/json;q=abc',
    '*',
  )
  return fc
    .tuple(
      method !== 'GET' && (has('if-match') || !isTame)
        ? some('if-match', 25, isTame ? matching : etags)
        : fc.constant({}),
      method === 'POST' ? some('idempotency-key', isTame ? 4 : 30, once) : fc.constant({}),
      method === 'GET' ? some('if-none-match', 8, etags) : some('if-none-match', odd / 2, etags),
      some(
        'if-modified-since',
        odd,
        fc.constantFrom('Tue, 01 Jan 2030 12:00:00 GMT', 'yesterday', '0', 'Thu, 01 Jan 1970 00:00:00 GMT'),
      ),
      some('accept', path.includes('{article}') && method === 'GET' ? 25 : odd, accepts),
      some('accept-encoding', odd, fc.constantFrom('gzip', 'br;q=1', 'identity;q=0', 'x'.repeat(500))),
      some('content-encoding', odd / 3, fc.constantFrom('gzip', 'identity', 'br')),
      some('origin', odd, fc.constantFrom('https://site.example', 'null', 'x')),
      some('content-type', odd, types),
      some(
        'last-event-id',
        path.endsWith('/stream') ? 20 : odd / 4,
        fc.oneof(pick('change'), fc.constantFrom('x', '1', 'y'.repeat(600))),
      ),
      some('x-http-method-override', odd / 4, fc.constant('DELETE')),
    )
    .map((all) => Object.fromEntries(all.flatMap((one) => Object.entries(one)).filter(([, value]) => value !== '')))
}

export const withEtag = (pool: Pool, path: string, headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value === MATCHING ? pool.etag(path) : value]),
  )
