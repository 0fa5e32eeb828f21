import type { Response } from 'supertest'
// @ts-expect-error: plain JavaScript, since it is loaded as it is.
import { document, invalidity } from './once/validators.js'

type Json = Record<string, unknown>

const NDJSON = 'application/x-ndjson'

/** The lines of a reply, each parsed; the client has to `buffer` them. */
export const linesIn = <T>({ text }: Response): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

interface Reply {
  $ref?: string
  headers?: Record<string, { $ref: string }>
  content?: Record<string, { schema: Json }>
}

/** Where a schema is in the document. */
interface Place {
  path: string[]
  /** Whether articles may lack members. */
  isPartial?: boolean
}

const PROBLEM: Place = { path: ['components', 'schemas', 'Problem'] }

const paths = document.paths as Record<string, Record<string, { responses: Record<string, Reply> }>>
const components = document.components as Record<string, Record<string, Json>>
const segmentsOf = (path: string): number => path.split('/').length
const templates = Object.keys(paths).map((path) => ({
  path,
  segments: segmentsOf(path),
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
}))
/** The headers that only documented replies have, by their names in replies. */
const knownHeaders = Object.keys(components.headers ?? {})
  .map((name) => name.toLowerCase())
  .filter((name) => !name.startsWith('ratelimit'))

/**
 * Checks a reply against the OpenAPI document: its status is documented for the operation, its headers are those that are
 * documented, and its body has the documented shape.
 */
export function conforms(method: string, url: string, response: Response): void {
  // What was chosen by `Accept` is documented where it has an address of its own.
  const { pathname, searchParams } = new URL(response.headers['content-location'] ?? url, 'http://localhost')
  const count = segmentsOf(pathname)
  const path = templates.find(({ segments, pattern }) => segments === count && pattern.test(pathname))?.path
  const operation = path && paths[path]?.[method.replace('head', 'get')]
  const { status } = response
  if (!operation) {
    if (status >= 400 && method !== 'head') checkProblem(response, PROBLEM)
    return
  }
  const where = `${method.toUpperCase()} ${path} ${status}`
  const documented = operation.responses[status]
  if (!documented) throw new Error(`${where} is not documented: ${response.text}`)
  const name = documented.$ref?.split('/').at(-1)
  const place = name ? ['components', 'responses', name] : ['paths', path, method, 'responses', String(status)]
  const reply = (name ? components.responses?.[name] : documented) as Reply
  checkHeaders(reply, response, where)
  if (method === 'head' || !reply.content) return
  const types = Object.keys(reply.content)
  const type = types.find((one) => isOfType(response.type, one)) ?? types[0] ?? 'application/json'
  const isPartial = searchParams.has('fields') || searchParams.has('body')
  const schema = { path: [...place, 'content', type, 'schema'], isPartial }
  if (status >= 400) checkProblem(response, schema)
  else checkBody(response, type, schema)
}

/** Those that are always there are there, and of the headers that the document knows no other is. */
function checkHeaders({ headers = {} }: Reply, { headers: sent }: Response, where: string): void {
  const known = components.headers ?? {}
  for (const [name, { $ref }] of Object.entries(headers))
    if (known[$ref.split('/').at(-1) ?? '']?.required && !(name.toLowerCase() in sent))
      throw new Error(`${where} lacks the header ${name}`)
  const documented = Object.keys(headers).map((name) => name.toLowerCase())
  for (const name of knownHeaders)
    if (name in sent && !documented.includes(name))
      throw new Error(`${where} has the header ${name}, which is not documented`)
}

function checkProblem(response: Response, schema: Place): void {
  checkBody(response, 'application/problem+json', schema)
}

function checkBody(response: Response, expected: string, { path, isPartial = false }: Place): void {
  const { status, type, request } = response
  const where = `${request.method} ${request.url} ${status}`
  if (!isOfType(type, expected)) throw new Error(`${where} has the content type ${type}`)
  // What is neither JSON nor lines of it is text: its content type is all there is to check.
  if (!/json/.test(type)) return
  const isLines = type === NDJSON
  const schema = isLines ? [...path, 'contentSchema', 'items'] : path
  for (const body of isLines ? linesIn(response) : [response.body]) {
    const errors = invalidity(body, schema, { isPartial })
    if (errors !== undefined)
      throw new Error(`${where} is not as documented: ${errors}\n${JSON.stringify(body).slice(0, 2000)}`)
  }
}

/** Whether a content type is the documented one, which may be a range such as `image/*`. */
const isOfType = (type: string, documented: string): boolean =>
  type === documented || (documented.endsWith('/*') && type.startsWith(documented.slice(0, -1))) || documented === '*/*'

const events = document.webhooks as Record<string, { post: { parameters: { name: string }[] } }>

/** Checks a message to a webhook against the OpenAPI document: its headers, and its body by its type. */
export function messageConforms({ type, headers, text }: { type: string; headers: Json; text: string }): void {
  const event = events[type]
  if (!event) throw new Error(`the event ${type} is not documented`)
  for (const { name } of event.post.parameters)
    if (headers[name.toLowerCase()] === undefined) throw new Error(`${type} lacks the header ${name}`)
  const path = ['webhooks', type, 'post', 'requestBody', 'content', 'application/json', 'schema']
  const errors = invalidity(JSON.parse(text), path, { isPartial: true })
  if (errors !== undefined) throw new Error(`${type} is not as documented: ${errors}`)
}
