import fc from 'fast-check'
import * as z from 'zod'
import { decodeCursor, encodeCursor, invalidCursor } from '../../src/lib/cursor.ts'
import { digest } from '../../src/lib/etag.ts'
import { anyCharacter } from '../harness/characters.ts'
import { runs } from '../harness/depth.ts'

const Shape = z.tuple([z.union([z.string(), z.number()]), z.string(), z.literal([0, 1])])

/** A cursor whose digest fits, whatever its text is. */
const forged = (scope: string, text: string) =>
  Buffer.from(digest(scope + text).slice(0, 8) + text).toString('base64url')

describe('a cursor', () => {
  it('says what was put into it, within its scope and no other', () => {
    const clean = fc.string({ unit: anyCharacter.filter((one) => !/\p{C}/u.test(one)) })
    const value = fc.tuple(fc.oneof(clean, fc.integer()), clean, fc.constantFrom(0 as const, 1 as const))
    fc.assert(
      fc.property(value, clean, clean, (one, scope, other) => {
        expect(decodeCursor(scope, Shape, encodeCursor(scope, one))).toEqual(one)
        if (scope !== other) expect(decodeCursor(other, Shape, encodeCursor(scope, one))).toBeUndefined()
      }),
      runs(200),
    )
  })

  it('is none, and nothing is thrown, for any other text', () => {
    const text = fc.oneof(fc.string({ unit: anyCharacter }), fc.json(), fc.constantFrom('{', '[1,', 'nul'))
    const cursor = fc.oneof(
      fc.string({ unit: anyCharacter }),
      text.map((one) => forged('list', one)),
    )
    fc.assert(
      fc.property(cursor, (one) => {
        const said = decodeCursor('list', Shape, one)
        if (said !== undefined) expect(encodeCursor('list', said)).toBe(one)
      }),
      runs(500),
    )
  })

  it.each([
    '',
    'not json',
    '{',
    'null',
    '["a"]',
    '[1e400,"x",0]',
    '["a\\u0000","x",0]',
    '["\\ud800","x",0]',
    '[1, "x",0]',
  ])('is none whose digest fits and whose text is %j', (text) => {
    expect(decodeCursor('list', Shape, forged('list', text))).toBeUndefined()
  })

  it('has one spelling', () => {
    const cursor = encodeCursor('list', ['a', 'x', 0])
    for (const other of [`${cursor}=`, ` ${cursor}`, `${cursor}!`, cursor.replace(/.$/, '')])
      expect(decodeCursor('list', Shape, other)).toBeUndefined()
  })

  it('that is none is a problem which says where it was sent', () => {
    expect(invalidCursor('this query').errors).toMatchObject([{ in: 'query', pointer: '/cursor' }])
    expect(invalidCursor('the changes', { in: 'body', name: 'cursor' })).toMatchObject({
      type: 'invalid-cursor',
      status: 400,
      errors: [{ in: 'body', pointer: '/cursor', code: 'invalid_cursor' }],
    })
  })
})
