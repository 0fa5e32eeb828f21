import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Problem, pointerTo } from '../lib/problem.ts'
import { invalidCharacters } from '../lib/unicode.ts'
import { countMembers, findDuplicate } from './duplicate-members.ts'

/** How many levels deep a body may nest. */
const MAX_DEPTH = 64
/** How many members and elements a body may have in all. */
const MAX_VALUES = 100_000
/** How many members one object may have. */
const MAX_MEMBERS = 1_000
/** Member names that would reach the prototype of an object (prototype pollution). */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** Makes the app accept JSON bodies, `application/merge-patch+json` (RFC 7396) included, and no other content type. */
export function registerJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    ({ headers }, body, done) => {
      try {
        checkContentEncoding(headers)
        done(null, parseJson(body as Buffer))
      } catch (error) {
        done(error as Error)
      }
    },
  )
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
export function parseJson(bytes: Buffer): unknown {
  const body = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes
  if (body.length === 0) return undefined
  if (!isUtf8(body)) throw new Problem('invalid-encoding', 'the body is not valid UTF-8')
  const text = body.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Problem('invalid-json', error instanceof Error ? error.message : 'the body is not JSON')
  }
  if (checkValue(value) !== countMembers(text)) refuseDuplicate(text)
  return value
}

function refuseDuplicate(text: string): never {
  const pointer = pointerTo(findDuplicate(text) ?? [])
  const message = 'is there twice'
  throw new Problem('invalid-json', `${pointer} ${message}`, {
    errors: [{ in: 'body', pointer, code: 'duplicate', message }],
  })
}

/** A value in the body, with the path to it as a linked list. */
interface Node {
  value: unknown
  name: string | number
  parent: Node | null
  depth: number
}

/**
 * Throws for a value that exceeds a limit, or has text that cannot be stored. Walks without recursion, at any depth. Gives
 * the number of members of all objects.
 */
function checkValue(root: unknown): number {
  const stack: Node[] = [{ value: root, name: '', parent: null, depth: 0 }]
  let values = 0
  let members = 0
  for (let node = stack.pop(); node; node = stack.pop()) {
    const children = childrenOf(node)
    values += children.length
    if (!Array.isArray(node.value)) members += children.length
    if (values > MAX_VALUES) throw new Problem('invalid-json', `the body has more than ${MAX_VALUES} values`)
    for (const child of children) stack.push(child)
  }
  return members
}

/** Checks a text, or the names of an object; gives the values in an object or array. */
function childrenOf(node: Node): Node[] {
  const { value, depth } = node
  if (typeof value === 'string') checkText(value, node)
  if (typeof value !== 'object' || value === null) return []
  if (depth >= MAX_DEPTH) throw new Problem('invalid-json', `the body nests deeper than ${MAX_DEPTH} levels`)
  const childOf = ([name, member]: [string | number, unknown]) => ({
    value: member,
    name,
    parent: node,
    depth: depth + 1,
  })
  if (Array.isArray(value)) return value.map((item, index) => childOf([index, item]))
  const members = Object.entries(value).map(childOf)
  if (members.length > MAX_MEMBERS) throw new Problem('invalid-json', `an object has more than ${MAX_MEMBERS} members`)
  for (const member of members) checkName(String(member.name), member)
  return members
}

function checkName(name: string, member: Node): void {
  if (FORBIDDEN.has(name)) refuse('invalid-json', member, `the name "${name}" is not taken`)
  checkText(name, member)
}

function checkText(text: string, node: Node): void {
  const error = invalidCharacters(text)
  if (error) refuse('invalid-encoding', node, error)
}

function refuse(type: 'invalid-json' | 'invalid-encoding', node: Node, message: string): never {
  const path: (string | number)[] = []
  for (let at: Node | null = node; at?.parent; at = at.parent) path.unshift(at.name)
  const pointer = pointerTo(path)
  throw new Problem(type, `${pointer} ${message}`, { errors: [{ in: 'body', pointer, code: type, message }] })
}
