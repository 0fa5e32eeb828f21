/** Queries for an operation, and paths with them. */
import fc from 'fast-check'
import { cursorScope, urlParts } from '../../../src/http/pagination.ts'
import { digest } from '../../../src/lib/etag.ts'
import { happens, type Json, mostly, type Operation, type Parameter } from './operation.ts'
import type { Kind } from './pool.ts'
import { anyNumber, anyText, anyTime, percentEncoded } from './texts.ts'
import type { ValuesOf } from './values.ts'

/** A query parameter: its value as text, or the text of a cursor that is forged once the rest of the query is known. */
export type Given = [name: string, value: string | { forge: string }]

/** Texts of a cursor whose digest fits. */
const forgeries = [
  '',
  'null',
  '{',
  '[1,2',
  '[]',
  '{}',
  '"a"',
  '["a"]',
  '["2030-01-01T00:00:00.000Z","x",0]',
  '["2029-01-01T00:00:00.000Z","",1]',
  '["zz","x",0]',
  '["","",1]',
  '[1e400,"x",0]',
  '[9007199254740991,"x",1]',
  '[9007199254740993,"1",0]',
  '[4,"12",0]',
  '[1,"9999999999999999",1]',
  '[3.5,"1",0]',
  '[-1,"-999999999999999",1]',
  '["\\ud800","x",0]',
  '["a","\\u0000",0]',
  '[null,null,0]',
  '["9999-99-99T99:99:99.999Z","x",0]',
  '["2030-02-31T00:00:00.000Z","x",0]',
  '[0,"",""]',
  '[1,"",""]',
  '[9007199254740991,"2030-01-01T00:00:00.000Z",""]',
  '[1,2,3]',
  '[1.5,"",""]',
  '[-1,"",""]',
  '[1,"2030-01-01T12:00:00.000Z","x"]',
  '[0,"","0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d"]',
  '[1e15,"","0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d"]',
]
const forged = (scope: string, text: string): string =>
  Buffer.from(digest(scope + text).slice(0, 8) + text).toString('base64url')

const states = ['draft', 'in-review', 'scheduled', 'published', 'unpublished', 'retracted']
const joined = (one: fc.Arbitrary<string>) =>
  fc.array(one, { minLength: 1, maxLength: 3 }).map((some) => some.join(','))

export function queryOf({ path, parameters }: Operation, values: ValuesOf, isTame: boolean): fc.Arbitrary<Given[]> {
  const known = parameters
    .filter((one) => one.in === 'query')
    .map((parameter) => {
      const { required = false, name } = parameter
      const good = parameterOf(path, parameter, values)
      const value = isTame
        ? good
        : fc.oneof(
            { weight: 3, arbitrary: good },
            { weight: 2, arbitrary: parameterOf(path, parameter, values, true) },
            { weight: 2, arbitrary: anyText },
            { weight: 1, arbitrary: fc.oneof(anyNumber, anyTime) },
          )
      const isThere = happens(required ? (isTame ? 100 : 85) : isTame ? 15 : 25)
      return fc.tuple(isThere, value).map(([given, one]): Given[] => (given ? [[name, one]] : []))
    })
  const given = fc.tuple(...known).map((some) => some.flat())
  if (isTame) return given.map((some) => [...some, ...draftVersion(path, some)])
  const extra = fc.oneof(
    { weight: 8, arbitrary: fc.constant<Given[]>([]) },
    { weight: 1, arbitrary: fc.tuple(anyText, anyText).map((pair): Given[] => [pair]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Given[]>(
        [['__proto__', '1']],
        [['', '']],
        [['section[]', 'a']],
        [['a[b][c]', 'd']],
        [['utm_source', 'x']],
        [
          ['limit', '1'],
          ['limit', '2'],
        ],
      ),
    },
  )
  const isDoubled = happens(10)
  return fc
    .tuple(given, extra, isDoubled)
    .map(([some, more, twice]) => [...some, ...more, ...(twice ? some.slice(0, 1) : [])])
}

/** What only lists of working copies take. */
const OF_DRAFTS = /^(?:status|scheduled|hasUnpublishedChanges|createdBy|publishAt\[\w+\])$/

/** The version of articles that goes with the parameters, if none is among them. */
function draftVersion(path: string, given: Given[]): Given[] {
  if (path !== '/v1/articles' || given.some(([name]) => name === 'version')) return []
  return given.some(([name]) => OF_DRAFTS.test(name)) ? [['version', 'draft']] : []
}

/** What a query has as JSON. */
const AS_JSON: Record<string, string[]> = {
  focalPoint: ['{"x":0.5,"y":0}', 'null'],
  crops: ['{"wide":{"x":0,"y":0,"width":1,"height":0.5}}', '{"wide":null}'],
  rights: ['{"holder":"Ana Moreau"}', '{"expiresAt":"2030-01-01T12:10:00Z","syndication":"denied"}'],
}

/** Values of a query parameter: valid ones, and with `isForged` such that look valid. */
function parameterOf(
  path: string,
  { name, schema, example = [] }: Parameter,
  { valid, pick, words }: ValuesOf,
  isForged = false,
): fc.Arbitrary<Given[1]> {
  const cursors = (kind: Kind): fc.Arbitrary<Given[1]> =>
    isForged ? fc.constantFrom(...forgeries).map((forge) => ({ forge })) : pick(kind)
  const collection = path.split('/')[2]?.replace(/s$/, '') as Kind | undefined
  if (name === 'cursor') return cursors(path.endsWith('snapshot') ? 'snapshot' : 'cursor')
  if (name === 'since' && path.includes('changes')) return cursors('change')
  if (name === 'wait') return fc.constant('0')
  if (name === 'status' && !schema.enum) return joined(fc.constantFrom(...states))
  if (name === 'language') return joined(valid({ $ref: 'Language' }).map(String))
  if (['section', 'author', 'source', 'tag'].includes(name)) return joined(pick(name as Kind))
  if (name === 'article') return pick('article')
  if (name === 'affiliation') return pick('source')
  if (name === 'parent') return mostly(pick('section'), fc.constant('none'))
  if (name === 'reassignTo') return pick(collection ?? 'tag')
  if (name === 'key') return pick('key')
  if (name === 'target') return fc.oneof(pick('article'), pick('tag'))
  if (name === 'q') return words
  const texts = AS_JSON[name]
  if (texts) return fc.constantFrom(...texts)
  const items = (schema.items ?? {}) as Json
  if (Array.isArray(items.enum)) return joined(fc.constantFrom(...items.enum.map(String)))
  if (['fields', 'include', 'facets'].includes(name)) return joined(fc.constantFrom(...String(example).split(',')))
  return valid(schema, name).map(String)
}

/** The path with its query; a cursor that is to be forged gets the digest that belongs to them. */
export function withQuery(path: string, query: Given[]): string {
  const plain = query.flatMap(([name, value]) =>
    typeof value === 'string' ? [`${percentEncoded(name)}=${percentEncoded(value)}`] : [],
  )
  const url = plain.length > 0 ? `${path}?${plain.join('&')}` : path
  const more = query.flatMap(([name, value]) => {
    if (typeof value === 'string') return []
    const scope = path.endsWith('/snapshot') ? 'snapshot' : name === 'since' ? 'change' : cursorScope(urlParts(url))
    return [`${name}=${forged(scope, value.forge)}`]
  })
  return more.length > 0 ? `${path}?${[...plain, ...more].join('&')}` : url
}
