/**
 * Cursors: how a place in a list or in the log goes to a client and comes back. A cursor is JSON behind a digest of that
 * JSON and of its scope, which is what it is a cursor of. So one of another query and one that was damaged are told from
 * a good one. The digest is no secret, and anybody can make a cursor: what is in one is checked like all other input.
 */
import type * as z from 'zod'
import { digest } from './etag.ts'
import { type InputError, Problem, pointerTo } from './problem.ts'
import { invalidCharacters } from './unicode.ts'

/** How many characters of the digest a cursor bears. */
const MARK = 8

/** The cursor that says this value within the scope; for clients it is opaque. */
export function encodeCursor(scope: string, value: unknown): string {
  const json = JSON.stringify(value)
  return Buffer.from(digest(scope + json).slice(0, MARK) + json).toString('base64url')
}

/**
 * What a cursor says, if it is one of this scope whose value has the shape and holds nothing but clean Unicode; else
 * undefined. It never throws. A cursor has one spelling: any other one of the same value is none.
 */
export function decodeCursor<T>(scope: string, shape: z.ZodType<T>, cursor: string): T | undefined {
  const text = Buffer.from(cursor, 'base64url').toString()
  const { data } = shape.safeParse(parsed(text.slice(MARK)))
  return data !== undefined && encodeCursor(scope, data) === cursor ? data : undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json, (_name, value: unknown) => {
      if (typeof value === 'string' && invalidCharacters(value)) throw new SyntaxError('a cursor holds clean text')
      return value
    })
  } catch {
    return undefined
  }
}

/** Where a request carries a cursor: in the query, as `cursor`, unless it is said. */
export interface CursorPlace {
  in: InputError['in']
  name: string
}

/** The problem that a cursor is none of what it was sent to; `what` names that, as in `this query`. */
export function invalidCursor(what: string, place: CursorPlace = { in: 'query', name: 'cursor' }): Problem {
  const message = `is not a cursor of ${what}; start again without it`
  const error = { in: place.in, pointer: pointerTo([place.name]), code: 'invalid_cursor', message }
  return new Problem('invalid-cursor', `${place.name} ${message}`, { errors: [error] })
}
