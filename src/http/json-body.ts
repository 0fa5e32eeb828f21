import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Problem, pointerTo } from '../lib/problem.ts'
import { invalidCharacters } from '../lib/unicode.ts'

/** How deep a body may nest. */
const MAX_DEPTH = 64
/** How many members and elements a body may have in all. */
const MAX_VALUES = 100_000
/** How many members one object may have. */
const MAX_MEMBERS = 1_000
/** Names that have a meaning to JavaScript's own objects. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Takes JSON bodies, `application/merge-patch+json` among them (RFC 7396), and no other content type. */
export function registerJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    ({ headers }, body, done) => {
      try {
        checkEncoding(headers)
        done(null, parseJson(body as Buffer))
      } catch (error) {
        done(error as Error)
      }
    },
  )
}

/** Throws `unsupported-media-type` for a body that is compressed (RFC 7694, section 3). */
export function checkEncoding({ 'content-encoding': coding }: IncomingHttpHeaders): void {
  if (coding === undefined || coding.trim().toLowerCase() === 'identity') return
  const detail = `a body with the Content-Encoding "${coding}" is not taken; send it without`
  throw new Problem('unsupported-media-type', detail, { headers: { 'accept-encoding': 'identity' } })
}

/** The mark that some programs put before a text. */
const BYTE_ORDER_MARK = Buffer.from('\ufeff')

/**
 * The value that the bytes spell (RFC 8259); undefined for none. A byte order mark before it is ignored. Of members with the same name the last counts. Throws
 * a `Problem`: invalid-encoding for what is not clean Unicode, invalid-json for the rest.
 */
export function parseJson(bytes: Buffer): unknown {
  const body = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes
  if (body.length === 0) return undefined
  if (!isUtf8(body)) throw new Problem('invalid-encoding', 'the body is not valid UTF-8')
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new Problem('invalid-json', error instanceof Error ? error.message : 'the body is not JSON')
  }
  inspect(value)
  return value
}

interface Place {
  value: unknown
  name: string | number
  above: Place | null
  depth: number
}

/** Walks the value without recursion, whatever its depth, and refuses what no resource could keep. */
function inspect(root: unknown): void {
  const waiting: Place[] = [{ value: root, name: '', above: null, depth: 0 }]
  let values = 0
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    const { value, depth } = place
    if (typeof value === 'string') checkText(value, place)
    if (typeof value !== 'object' || value === null) continue
    if (depth >= MAX_DEPTH) throw new Problem('invalid-json', `the body nests deeper than ${MAX_DEPTH} levels`)
    const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
    if (!Array.isArray(value) && entries.length > MAX_MEMBERS)
      throw new Problem('invalid-json', `an object has more than ${MAX_MEMBERS} members`)
    values += entries.length
    if (values > MAX_VALUES) throw new Problem('invalid-json', `the body has more than ${MAX_VALUES} values`)
    for (const [name, member] of entries) {
      const inner = { value: member, name, above: place, depth: depth + 1 }
      if (typeof name === 'string') {
        if (FORBIDDEN.has(name)) refuse('invalid-json', inner, `the name "${name}" is not taken`)
        checkText(name, inner)
      }
      waiting.push(inner)
    }
  }
}

function checkText(text: string, place: Place): void {
  const fault = invalidCharacters(text)
  if (fault) refuse('invalid-encoding', place, fault)
}

function refuse(type: 'invalid-json' | 'invalid-encoding', place: Place, message: string): never {
  const path: (string | number)[] = []
  for (let at: Place | null = place; at?.above; at = at.above) path.unshift(at.name)
  const pointer = pointerTo(path)
  throw new Problem(type, `${pointer} ${message}`, { errors: [{ in: 'body', pointer, code: type, message }] })
}
