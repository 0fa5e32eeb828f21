/** From the document's schemas to valid values of them. */
import fc from 'fast-check'
import { happens, type Json, mostly } from './operation.ts'
import type { Kind, Pool } from './pool.ts'
import { oddText } from './texts.ts'

type Values = fc.Arbitrary<unknown>

/** What references and ids name under these names. */
const REFERS: Record<string, Kind> = {
  section: 'section',
  sections: 'section',
  parent: 'section',
  author: 'author',
  authors: 'author',
  source: 'source',
  affiliation: 'source',
  tag: 'tag',
  tags: 'tag',
  article: 'article',
  replacement: 'article',
  citations: 'citation',
  relatedLinks: 'link',
  media: 'media',
  image: 'media',
}

const languages = [
  'en',
  'en',
  'fr',
  'fr-CA',
  'de',
  'zh-Hant-TW',
  'x-klingon',
  'en-u-ca-buddhist',
  'sl-rozaj-biske-1994',
]
const urls = [
  'https://wire.example/1',
  'http://[2001:db8::1]:8080/a?b=c#d',
  'https://müller.example/ä',
  'https://x.example/%zz',
]
const mails = ['ana@news.example', 'a.b+c@xn--mller-kva.example']
const slugs = ['harbour-bridge', 'news', 'new-slug', 'a', '2030', 'a'.repeat(120), 'null', 'constructor']
const TIMES = [
  '2030-01-01T12:00:00Z',
  '2031-01-01T00:00:00.000Z',
  '2029-06-01T10:00:00+02:00',
  '2030-01-01T12:05:00.000Z',
]
const markup = [
  '<p>One.</p>',
  '<script>x</script>',
  '<b>',
  '</p>',
  '&amp;',
  '&#0;',
  '<table><tr><td>1<td>2</table>',
  '<iframe src="https://x.example/v">',
  '<blockquote>Said.<footer>— Ana</footer></blockquote>',
  '<img src="https://x.example/a.png" alt>',
  '<a href="javascript:x">y</a>',
  '<ol><li>a<ul><li>b</ul></ol>',
  '# Title',
  '**bold',
  '`code',
  '```\nx\n```',
  '> quote\n> — Ana',
  '- a\n  - b',
  '| a | b |\n|---|---|\n| 1 |',
  '[a](<b c> "d")',
  '![x](https://x.example/a.png)',
  '\\',
  '***',
  '<https://x.example>',
  '~~gone~~',
  '[^1]',
  'a  \nb',
  '&copy;',
  '\u0301',
  '* * *',
  '<!-- -->',
  '<![CDATA[x]]>',
  '<svg><p>',
  '<math><mi>',
  '<template><td>',
  'https://x.example/v',
  '<select><p>',
  '<plaintext>',
]

const markupText = fc.array(fc.oneof(fc.constantFrom(...markup), oddText), { minLength: 1, maxLength: 6 })

export interface ValuesOf {
  /** Valid values of the schema; the name says what its references refer to. */
  valid(schema: Json, name?: string): Values
  pick(kind: Kind): fc.Arbitrary<string>
  words: fc.Arbitrary<string>
}

/** Gives the values of a document's schemas, with references into the pool. */
export function valuesOf(components: Record<string, Json>, pool: Pool): ValuesOf {
  const known = new Map<string, Values>()
  /** The components whose values are being made. */
  const open: string[] = []
  const pick = (kind: Kind) => fc.nat({ max: 999 }).map((number) => pool.pick(kind, number))
  const words = fc
    .array(fc.oneof({ weight: 3, arbitrary: pick('word') }, { weight: 1, arbitrary: oddText }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((some) => some.join(' '))

  const named: Record<string, (name: string) => Values> = {
    Reference: (name) => {
      const kind = REFERS[name] ?? 'article'
      return mostly<unknown>(pick(kind), pick(kind))
    },
    Id: (name) => pick(REFERS[name] ?? 'article'),
    NewRelatedLink: () => linkOf('NewRelatedLink'),
    RelatedLinkInput: () => linkOf('RelatedLinkInput'),
    Moment: () => fc.constantFrom(...TIMES),
    Language: () => fc.constantFrom(...languages),
    Country: () => fc.constantFrom('NZ', 'CA', 'ZZ'),
    WebUrl: () => fc.constantFrom(...urls),
    Slug: () => fc.oneof(fc.constantFrom(...slugs), fc.stringMatching(/^[a-z0-9]{1,4}(-[a-z0-9]{1,3})?$/)),
  }

  /** A link leads to an article or to a page elsewhere, which has a title. */
  function linkOf(component: string): Values {
    const aim = fc.oneof(
      fc.record({ article: pick('article') }).map((one) => ({ ...one, url: undefined })),
      fc.record({ url: fc.constantFrom(...urls), title: words }).map((one) => ({ ...one, article: undefined })),
    )
    return fc
      .tuple(valid(components[component] ?? {}, component), aim)
      .map(([link, to]) => ({ ...Object(link), ...to }))
  }

  function valid(schema: Json, name = ''): Values {
    const { $ref, examples, anyOf, oneOf } = schema
    if (typeof $ref === 'string') return ofComponent($ref.split('/').at(-1) ?? '', name)
    const usual = Array.isArray(anyOf ?? oneOf)
      ? fc.oneof(...((anyOf ?? oneOf) as Json[]).map((one) => valid(one, name)))
      : ofType(schema, name)
    if (!Array.isArray(examples)) return usual
    return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...examples) })
  }

  function ofComponent(component: string, name: string): Values {
    const key = `${component} ${name}`
    const cached = known.get(key)
    if (cached) return cached
    // A schema that contains itself ends at the third of its kind.
    if (open.filter((one) => one === key).length > 1) return fc.constant('innermost')
    open.push(key)
    const values = named[component]?.(name) ?? valid(components[component] ?? {}, name)
    open.pop()
    if (!open.includes(key)) known.set(key, values)
    return values
  }

  function ofType(schema: Json, name: string): Values {
    if ('const' in schema) return fc.constant(schema.const)
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum)
    const types = [schema.type].flat().filter((type) => type !== undefined)
    if (types.length === 0) return fc.jsonValue({ maxDepth: 2 })
    return fc.oneof(...types.map((type) => ofOneType(String(type), schema, name)))
  }

  function ofOneType(type: string, schema: Json, name: string): Values {
    const { properties = {}, required = [], items = {}, minimum = 0, maximum = 1_000, minItems = 0 } = schema
    switch (type) {
      case 'null':
        return fc.constant(null)
      case 'boolean':
        return fc.boolean()
      case 'integer':
      case 'number': {
        const [low, high] = [Math.ceil(Number(minimum)), Number(maximum)]
        return mostly(fc.integer({ min: low, max: Math.min(low + 4, high) }), fc.integer({ min: low, max: high }))
      }
      case 'array':
        return fc.array(valid(items as Json, name), {
          minLength: Number(minItems),
          maxLength: Math.max(3, Number(minItems)),
        })
      case 'object': {
        const members = Object.entries(properties as Record<string, Json>).map(([key, one]) => {
          const isThere = happens((required as string[]).includes(key) ? 100 : 30)
          return fc.tuple(isThere, valid(one, key)).map(([given, value]) => (given ? [[key, value]] : []))
        })
        return fc.tuple(...members).map((some) => Object.fromEntries(some.flat()))
      }
      default:
        return text(schema, name)
    }
  }

  function text({ pattern, format, maxLength = 1_000, minLength = 0 }: Json, name: string): Values {
    if (format === 'idn-email') return fc.constantFrom(...mails)
    if (format === 'uri') return fc.constantFrom(...urls)
    if (name === 'cursor') return pick('change')
    if (REFERS[name]) return pick(REFERS[name])
    const texts =
      name === 'value' || name === 'text'
        ? fc.oneof(
            words,
            markupText.map((some) => some.join('\n')),
          )
        : words
    const isLine = typeof pattern === 'string' && pattern.includes('\\r\\n')
    if (typeof pattern === 'string' && !isLine) return fc.stringMatching(new RegExp(pattern))
    return texts.map((one) => {
      const whole = isLine ? one.replace(/[\r\n]/g, ' ') : one
      const cut = whole.slice(0, Number(maxLength)).toWellFormed()
      return cut.trim() === '' && Number(minLength) > 0 ? 'x' : cut
    })
  }

  return { valid, pick, words }
}
