import { rangesIn, rangesOf } from '../../src/lib/languages.ts'
import { Email, line, prose } from '../../src/lib/schemas.ts'
import { parseTerms } from '../../src/lib/search-syntax.ts'
import { stemOf } from '../../src/lib/stems.ts'
import { sortKey, tokensIn } from '../../src/lib/tokenizer.ts'

describe('the words of a text', () => {
  it.each([
    ['½ cup', ['1', '2', 'cup']],
    ['⑴', ['1']],
    ['Ha\u00adfen', ['hafen']],
    ['a\u200bb c\u200dd e\u2060f g\ufeffh', ['ab', 'cd', 'ef', 'gh']],
    ['كتـــاب', ['كتاب']],
    ['\u0640 \u200d \u00ad', []],
    ['donʼt don’t', ['don', 't', 'don', 't']],
    ['Ὀδυσσεύς ΟΔΥΣΣΕΎΣ οδυσσευσ', ['οδυσσευσ', 'οδυσσευσ', 'οδυσσευσ']],
    ['か\u3099が', ['が', 'が']],
    ['𠮷野家', ['𠮷', '野', '家']],
  ])('of %j', (text, words) => expect(tokensIn(text).map(({ word }) => word)).toEqual(words))

  it('stand where they say', () => {
    const text = 'Ein Ha\u00adfen, ½ und 東京'
    const spans = tokensIn(text).map(({ start, end }) => text.slice(start, end))
    expect(spans).toEqual(['Ein', 'Ha\u00adfen', '½', '½', 'und', '東', '京'])
  })

  it('are never cut inside a character', () => {
    for (const word of ['𞤀'.repeat(99), `a${'𞤀'.repeat(99)}`, 'ﷺ'.repeat(300)]) {
      expect(tokensIn(word).every((token) => token.word.isWellFormed() && token.word.length <= 100)).toBe(true)
      expect(sortKey(word).isWellFormed()).toBe(true)
      expect(Buffer.byteLength(sortKey(word.repeat(10)))).toBeLessThan(2_000)
    }
  })
})

it.each([
  ['bridges', 'bridge', 'en'],
  ['cities', 'city', 'en'],
  ['häuser', 'haus', 'de'],
  ['élections', 'élection', 'fr'],
  ['мостов', 'мосты', 'ru'],
  ['puentes', 'puente', 'es'],
  ['tidningarna', 'tidning', 'sv'],
])('%s and %s have one stem', (one, other, language) => {
  expect(stemOf(one, language)).toBe(stemOf(other, language))
  expect(stemOf(one, language)).toBeDefined()
})

it('only single words of a language that has stems have other forms', () => {
  const stems = (query: string, ...languages: string[]) =>
    parseTerms(query, languages).map(({ stems = [] }) => stems.length)
  expect(stems('bridges "old bridges" bridge* well-known b2 an', 'en')).toEqual([1, 0, 0, 0, 0, 0])
  expect(stems('bridges', 'en', 'de')).toEqual([2])
  expect(stems('bridges', 'xx')).toEqual([0])
  expect(stemOf('x'.repeat(50), 'en')).toBeUndefined()
})

it('a language tag is found by its ranges', () => {
  expect(rangesOf('zh-Hant-TW')).toEqual(['zh-hant-tw', 'zh-hant', 'zh'])
  expect(rangesIn('EN, fr-ca,iw,_,en')).toEqual(['en', 'fr-ca', 'he'])
  expect(rangesIn('en,*')).toBeNull()
})

it.each([
  ['ana@example.org', true],
  ['ana@xn--exmple-cua.de', true],
  ['ana@exämple.de', true],
  ['ana@xn--e1afmkfd.xn--p1ai', true],
  ['анна@пример.рф', true],
  ["o'neil+desk@news.example.org", true],
  ['ana@exa mple.de', false],
  ['ana@localhost', false],
  ['ana@127.0.0.1', false],
  ['ana@example..org', false],
  ['ana@-example.org', false],
  ['ana@example.org/path', false],
  ['a b@example.org', false],
  ['.ana@example.org', false],
  ['ana@xn--.de', false],
  [`${'a'.repeat(65)}@example.org`, false],
  ['@example.org', false],
  ['ana', false],
])('%s is an address: %s', (value, isOne) => expect(Email.safeParse(value).success).toBe(isOne))

it.each(['\u200b', '\u00ad\u2060', '\u2800', '\u3164 \u115f', '\ufe0f', '\u{e0020}'])(
  'a text of nothing but %j has nothing to be seen',
  (text) => {
    for (const shape of [line(100), prose(100)]) {
      expect(shape.safeParse(text).success).toBe(false)
      expect(shape.safeParse(`a${text}`).success).toBe(true)
      expect(shape.safeParse('').error?.issues).toHaveLength(1)
    }
  },
)
