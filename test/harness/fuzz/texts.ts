/** Texts that have caused faults: compatibility characters, marks, other scripts, signs that mean something. */
import fc from 'fast-check'

const compatibility = ['⑴', '½', 'ﬁ', 'ﷺ', '㎒', '™', 'ſ', 'ǆ', 'K', 'Ⅷ', '²', '…', '㍿', '゙', 'が', '가', 'ｱ']
const scripts = [
  'Müller',
  'Ελύτης',
  'ΟΔΥΣΣΕΎΣ',
  'İstanbul',
  'ı',
  'ẞ',
  'Київ',
  '東京',
  'กรุงเทพ',
  'עִבְרִית',
  'كـتاب',
  'हिन्दी',
  '🦭',
  '👩‍👩‍👧',
  '﨎',
]
const unseen = ['\u00ad', '\u200b', '\u200d', '\u2028', '\u202e', '\ufeff', '\u0301', ' ', '\t', '\n', '\r\n', '\u00a0']
const unclean = ['\u0000', '\u0007', '\u007f', '\ud800', '\udc00', 'a\ud83d', '\ufffe', '\uffff']
const signs = [
  "'",
  '"',
  '\\',
  '%',
  '_',
  '*',
  '(',
  ')',
  '[',
  '^',
  '$1',
  '|',
  '&',
  '!',
  ':*',
  '<->',
  '--',
  ';',
  '{}',
  ',',
  ', ,',
  '#',
  '?',
  '/',
  '..',
  '%00',
  '&amp;',
  '<b>',
  ']]>',
  'a AND b',
  'NEAR(',
  'a OR',
  'NOT',
  'headline:a',
  '-a',
  '+',
  '~',
]
const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'undefined', 'true', 'NaN', 'length']
const numbers = [
  '0',
  '-1',
  '1',
  '2',
  '1.5',
  '1e3',
  '1e999',
  '-0',
  '007',
  '9007199254740993',
  '2147483648',
  '99999999999999999999',
  '0x10',
  ' 1',
  '١',
]
const times = [
  '2030-01-01T12:00:00Z',
  '2029-12-31T23:59:59.999Z',
  '2031-06-01T00:00:00+01:00',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-14:00',
  '2030-02-30T00:00:00Z',
  '2030-01-01',
  '2016-12-31T23:59:60Z',
  '2030-01-01T12:00:00.123456789Z',
]
const long = [
  'a'.repeat(99),
  `${'a'.repeat(99)}⑴`,
  `${'a'.repeat(99)}ﬁ`,
  `${'a'.repeat(99)}🦭`,
  'é'.repeat(120),
  'x'.repeat(201),
  'y-'.repeat(200),
  'ﷺ'.repeat(60),
  'long '.repeat(300),
]

const oddities = [...compatibility, ...scripts, ...unseen, ...signs, ...names, ...numbers, ...times, ...long]

/** Of the Basic Multilingual Plane and two more, without surrogates and controls. */
const anyCharacter = fc
  .oneof(fc.integer({ min: 0xa0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x2ffff }))
  .map((code) => String.fromCodePoint(code))

/** A text that is odd and clean. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...oddities) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom(...oddities.filter((one) => one.length < 20)), { minLength: 2, maxLength: 5 })
      .map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(...oddities.filter((one) => one.length < 20)), { minLength: 2, maxLength: 5 })
      .map((parts) => parts.join(' ')),
  },
  { weight: 1, arbitrary: fc.array(anyCharacter, { maxLength: 30 }).map((characters) => characters.join('')) },
)

/** Unlike `fc.string`, which takes a second to prepare all code points for shrinking. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff })

/** Any text at all: unclean, empty and very long ones, too. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: oddText },
  { weight: 2, arbitrary: fc.constantFrom(...unclean, ...unclean.map((one) => `news${one}`)) },
  { weight: 1, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.array(codePoint, { maxLength: 20 }).map((codes) => String.fromCodePoint(...codes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'z'.repeat(301),
      'b'.repeat(1_200),
      'ж'.repeat(700),
      'c,'.repeat(600),
      '1'.repeat(5_000),
    ),
  },
)

export const anyNumber: fc.Arbitrary<string> = fc.constantFrom(...numbers)
export const anyTime: fc.Arbitrary<string> = fc.constantFrom(...times)

/** The text as part of an address: UTF-8, percent-encoded, whatever it is. */
export const percentEncoded = (text: string): string => encodeURIComponent(text.toWellFormed())

/** Bytes in an address that are no text. */
export const rawPart: fc.Arbitrary<string> = fc.constantFrom(
  '%',
  '%zz',
  '%C0%80',
  '%ED%A0%80',
  '%FF',
  '%2F',
  '%2e%2e',
  '..',
  '.',
  '%00',
  '%0d%0a',
  '+',
  '%252F',
  ';a=b',
  '%E0%A4%A',
  'a%20b',
  '[]',
  '{}',
  '|',
)
