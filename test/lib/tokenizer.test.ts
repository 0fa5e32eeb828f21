import fc from 'fast-check'
import { eachWord, tokensIn } from '../../src/lib/tokenizer.ts'

/** The words and forms that a text is indexed by. */
function indexed(text: string): { word: string; form: string }[] {
  const words: { word: string; form: string }[] = []
  eachWord(text, (word, form) => words.push({ word, form }))
  return words
}

const found = (text: string) => tokensIn(text).map(({ word, form }) => ({ word, form }))

describe('indexing and searching', () => {
  it.each([
    '“The tide”, she said — don’t go: 3.5 km.',
    'Résumé of ½ Straße, ŁÓDŹ and Øre',
    'ʻOkina and İstanbul, the ΟΔΟΣ',
    'The 東京 tower, สวัสดี',
    `${'a'.repeat(120)} ${'é'.repeat(120)}`,
  ])('split %j into the same words', (text) => {
    expect(indexed(text)).toEqual(found(text))
  })

  it('split any text into the same words', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(indexed(text)).toEqual(found(text))))
  })
})
