import fc from 'fast-check'

const SURROGATES = [0xd800, 0xdfff] as const

/** One character of Unicode. Unlike the unit `binary` of `fc.string`, it takes no second to prepare all for shrinking. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(
    fc.integer({ min: 0, max: SURROGATES[0] - 1 }),
    fc.integer({ min: SURROGATES[1] + 1, max: 0x10ffff }),
    fc.integer({ min: 0, max: 0x7f }),
  )
  .map((code) => String.fromCodePoint(code))
