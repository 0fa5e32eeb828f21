/**
 * Cursors: a position in a list or in the changes, as opaque text for clients. A cursor is a checksum followed by JSON. The
 * checksum is a digest of the JSON and of the scope, such as the query, so that a damaged cursor and one of another query
 * are recognized. The digest is not secret, and anybody can create a cursor: its content is validated like all other input.
 */
import type * as z from 'zod'
import { digest } from './etag.ts'
import { type InputError, Problem, pointerTo } from './problem.ts'
import { invalidCharacters } from './unicode.ts'

/** Length of the checksum, in characters. */
const CHECKSUM_LENGTH = 8

/** Encodes a JSON value as a cursor of the scope, in base64url. */
export function encodeCursor(scope: string, value: unknown): string {
  const json = JSON.stringify(value)
  return Buffer.from(digest(scope + json).slice(0, CHECKSUM_LENGTH) + json).toString('base64url')
}

/**
 * The value in a cursor; undefined unless the cursor is of this scope, and its value matches the schema and has only clean
 * Unicode. Never throws. Only the encoding of `encodeCursor` is accepted, so that equal positions have equal cursors.
 */
export function decodeCursor<T>(scope: string, schema: z.ZodType<T>, cursor: string): T | undefined {
  const text = Buffer.from(cursor, 'base64url').toString()
  const { data } = schema.safeParse(parseClean(text.slice(CHECKSUM_LENGTH)))
  return data !== undefined && encodeCursor(scope, data) === cursor ? data : undefined
}

function parseClean(json: string): unknown {
  try {
    return JSON.parse(json, (_name, value: unknown) => {
      if (typeof value === 'string' && invalidCharacters(value))
        throw new SyntaxError('the text of a cursor must be clean Unicode')
      return value
    })
  } catch {
    return undefined
  }
}

/** The location of a cursor in a request; by default the query parameter `cursor`. */
export interface CursorLocation {
  in: InputError['in']
  name: string
}

/** The problem `invalid-cursor`. `scope` names what the cursor should be of, such as `this query`. */
export function invalidCursor(scope: string, location: CursorLocation = { in: 'query', name: 'cursor' }): Problem {
  const message = `is not a cursor of ${scope}; start again without it`
  const error = { in: location.in, pointer: pointerTo([location.name]), code: 'invalid_cursor', message }
  return new Problem('invalid-cursor', `${location.name} ${message}`, { errors: [error] })
}
