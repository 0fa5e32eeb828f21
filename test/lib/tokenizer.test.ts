import { fold, tokensIn } from '../../src/lib/tokenizer.ts'

/** All characters up to Latin Extended-B, and the usual punctuation. */
const characters = [
  ...Array.from({ length: 0x250 }, (_, code) => code),
  ...Array.from({ length: 0x18 }, (_, index) => 0x2010 + index),
  0x20ac,
].map((code) => String.fromCharCode(code))

/** What folding and splitting do with a character: its category, its case, and what it decomposes to. */
function kindOf(character: string): string {
  const decomposed = character.normalize('NFKD')
  const isLower = character === character.toLowerCase()
  const isUpper = character === character.toUpperCase()
  return [categoryOf(character), isLower, isUpper, [...decomposed].map(categoryOf), fold(character).length].join()
}

const CATEGORIES = ['Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Nd', 'No', 'Cc', 'Cf', 'Zs', 'M', 'P', 'Sk', 'S', 'C', 'Z'].map(
  (name) => [name, new RegExp(`^\\p{${name}}`, 'u')] as const,
)
const categoryOf = (character: string) =>
  `${CATEGORIES.find(([, pattern]) => pattern.test(character))?.[0]}${character <= '\u007f' ? ' ASCII' : ''}`

/** One character of each kind. */
const examples = [...new Map(characters.map((one) => [kindOf(one), one])).values()]

/** A word that is not Latin: texts with it are folded as a whole, by Unicode's algorithm. */
const OTHER = ' 中'

describe('a Latin text', () => {
  const texts = characters.flatMap((one) => [
    `a${one}é`,
    `É${one}1${one}`,
    ...examples.flatMap((other) => [`é${one}${other}`, `é${other}${one}`]),
  ])

  it('is folded as texts of any script are', () => {
    expect(texts.filter((text) => fold(text) + OTHER !== fold(text + OTHER))).toEqual([])
  })

  it('has the words that it has beside other scripts', () => {
    const json = (value: unknown) => JSON.stringify(value)
    expect(texts.filter((text) => json(tokensIn(text)) !== json(tokensIn(text + OTHER).slice(0, -1)))).toEqual([])
  })
})
