import { fold, tokensIn } from '../../src/lib/tokenizer.ts'

/** All characters up to Latin Extended-B, and the usual punctuation. */
const characters = [
  ...Array.from({ length: 0x250 }, (_, code) => code),
  ...Array.from({ length: 0x18 }, (_, index) => 0x2010 + index),
  0x20ac,
].map((code) => String.fromCharCode(code))

/** A word that is not Latin: texts with it are folded as a whole, by Unicode's algorithm. */
const OTHER = ' 中'

describe('a Latin text', () => {
  const texts = characters.flatMap((one) => [
    `a${one}é`,
    `É${one}1${one}`,
    ...characters.map((other) => `é${one}${other}`),
  ])

  it('is folded as texts of any script are', () => {
    expect(texts.filter((text) => fold(text) + OTHER !== fold(text + OTHER))).toEqual([])
  })

  it('has the words that it has beside other scripts', () => {
    const json = (value: unknown) => JSON.stringify(value)
    expect(texts.filter((text) => json(tokensIn(text)) !== json(tokensIn(text + OTHER).slice(0, -1)))).toEqual([])
  })
})
