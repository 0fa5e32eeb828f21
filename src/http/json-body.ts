import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Problem, pointerTo } from '../lib/problem.ts'
import { invalidCharacters } from '../lib/unicode.ts'
import { findDuplicate, type JsonLimits, measureJson } from './json-text.ts'
import { asValidated } from './validation.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Parses and validates a body with many values beside the event loop. Without it, the route refuses such a body. */
    readLargeBody?: (request: FastifyRequest, bytes: Buffer) => Promise<object>
  }
}

const LIMITS = { depth: 64, values: 100_000, members: 1_000 }
/** From how many values on a body is validated beside the event loop, where the route can do that. */
const MANY = 400
/** The limits of routes that cannot. */
const LIMITS_AT_ONCE = { ...LIMITS, values: 1_000 }
const excesses = ({ depth, values, members }: JsonLimits) => ({
  depth: `the body nests deeper than ${depth} levels`,
  values: `the body has more than ${values} values`,
  members: `an object has more than ${members} members`,
})
/** Member names that would reach the prototype of an object (prototype pollution). */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** From this size in bytes on, a body is parsed and validated beside the event loop, or in a turn of its own. */
const LARGE = 65_536

/** Makes the app accept JSON bodies, `application/merge-patch+json` (RFC 7396) included, and no other content type. */
export function registerJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (request, body, done) => {
      const bytes = body as Buffer
      const { readLargeBody } = request.routeOptions.config
      try {
        checkContentEncoding(request.headers)
        if (readLargeBody && isLargeJson(bytes))
          readLargeBody(request, bytes).then((value) => done(null, asValidated(value)), done)
        else if (bytes.length < LARGE) done(null, parseSmallJson(bytes))
        else setImmediate(done, null, parseSmallJson(bytes))
      } catch (error) {
        done(error as Error)
      }
    },
  )
  app.addHook('preHandler', ({ headers }, _reply, done) => {
    if (Number(headers['content-length'] ?? 0) < LARGE) done()
    else setImmediate(done)
  })
}

/** Throws `unsupported-media-type` for a compressed body, and sends `Accept-Encoding: identity` (RFC 7694, section 3). */
export function checkContentEncoding({ 'content-encoding': coding }: IncomingHttpHeaders): void {
  if (coding === undefined || coding.trim().toLowerCase() === 'identity') return
  const detail = `a body with the Content-Encoding "${coding}" is not taken; send it without`
  throw new Problem('unsupported-media-type', detail, { headers: { 'accept-encoding': 'identity' } })
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff')

/**
 * Parses JSON (RFC 8259); undefined for an empty body. A byte order mark is ignored. Throws the problem `invalid-encoding` for text that is not clean Unicode, else `invalid-json`,
 * also where an object has two members of the same name: the sender would not know which of them counts.
 */
export const parseJson = (bytes: Buffer): unknown => parseWithin(bytes, LIMITS)

/** The same for a text of few values, which is validated on the event loop. */
export const parseSmallJson = (bytes: Buffer): unknown => parseWithin(bytes, LIMITS_AT_ONCE)

/** Whether a JSON text takes long to parse and to validate: by its length, or the number of its values. */
export function isLargeJson(bytes: Buffer): boolean {
  if (bytes.length >= LARGE) return true
  // A value has a comma or a bracket, too.
  if (bytes.length < 2 * MANY) return false
  return measureJson(bytes.toString('latin1'), { ...LIMITS, values: MANY }).exceeds === 'values'
}

function parseWithin(bytes: Buffer, limits: JsonLimits): unknown {
  const body = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes
  if (body.length === 0) return undefined
  if (!isUtf8(body)) throw new Problem('invalid-encoding', 'the body is not valid UTF-8')
  const text = body.toString('utf8')
  const { exceeds, members } = measureJson(text, limits)
  if (exceeds) throw new Problem('invalid-json', excesses(limits)[exceeds])
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Problem('invalid-json', error instanceof Error ? error.message : 'the body is not JSON')
  }
  if (checkValue(value) !== members) refuseDuplicate(text)
  return value
}

function refuseDuplicate(text: string): never {
  const pointer = pointerTo(findDuplicate(text) ?? [])
  const message = 'is there twice'
  throw new Problem('invalid-json', `${pointer} ${message}`, {
    errors: [{ in: 'body', pointer, code: 'duplicate', message }],
  })
}

/** Throws for a name or a text that cannot be stored. Gives the number of members of all objects. */
function checkValue(root: unknown): number {
  let members = 0
  /** The names and indexes that lead to the present value. */
  const path: (string | number)[] = []

  function checkMember(name: string | number, member: unknown): void {
    path.push(name)
    if (typeof name === 'string') checkName(name, path)
    check(member)
    path.pop()
  }

  function check(value: unknown): void {
    if (typeof value === 'string') checkText(value, path)
    else if (Array.isArray(value)) for (let i = 0; i < value.length; i++) checkMember(i, value[i])
    else if (typeof value === 'object' && value !== null) {
      const names = Object.keys(value)
      members += names.length
      for (const name of names) checkMember(name, (value as Record<string, unknown>)[name])
    }
  }

  check(root)
  return members
}

function checkName(name: string, path: (string | number)[]): void {
  if (FORBIDDEN.has(name)) refuse('invalid-json', path, `the name "${name}" is not taken`)
  checkText(name, path)
}

function checkText(text: string, path: (string | number)[]): void {
  const error = invalidCharacters(text)
  if (error) refuse('invalid-encoding', path, error)
}

function refuse(type: 'invalid-json' | 'invalid-encoding', path: (string | number)[], message: string): never {
  const pointer = pointerTo(path)
  throw new Problem(type, `${pointer} ${message}`, { errors: [{ in: 'body', pointer, code: type, message }] })
}
