import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Response } from 'supertest'

type Json = Record<string, unknown>

/** Schemas are compiled in each test file, and used a few times: compiling costs more than validating. */
const FAST_TO_COMPILE = { strict: false, validateSchema: false, inlineRefs: false, code: { optimize: false } } as const

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

/**
 * Gives the check of a reply against the OpenAPI document: its status is documented for the operation, its headers are
 * those that are documented, and its body has the documented shape.
 */
export function conformity(document: Json) {
  const ajv = new Ajv2020(FAST_TO_COMPILE)
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  ajv.addSchema(document, 'partial')
  ajv.addSchema(withoutPartial(document), 'whole')
  const paths = document.paths as Record<string, Record<string, { responses: Record<string, Reply> }>>
  const components = document.components as Record<string, Record<string, Json>>
  const templates = Object.keys(paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }))

  return (method: string, url: string, response: Response): void => {
    // What was chosen by `Accept` is documented where it has an address of its own.
    const { pathname, searchParams } = new URL(response.headers['content-location'] ?? url, 'http://localhost')
    const path = templates.find(({ pattern }) => pattern.test(pathname))?.path
    const operation = path && paths[path]?.[method.replace('head', 'get')]
    const { status } = response
    if (!operation) {
      if (status >= 400 && method !== 'head') checkProblem(response, 'whole#/components/schemas/Problem')
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
    const ref = refTo(isPartial ? 'partial' : 'whole', [...place, 'content', type, 'schema'])
    if (status >= 400) checkProblem(response, ref)
    else checkBody(response, type, ref)
  }

  /** Those that are always there are there, and of the headers that the document knows no other is. */
  function checkHeaders({ headers = {} }: Reply, { headers: sent }: Response, where: string): void {
    const known = components.headers ?? {}
    for (const [name, { $ref }] of Object.entries(headers))
      if (known[$ref.split('/').at(-1) ?? '']?.required && !(name.toLowerCase() in sent))
        throw new Error(`${where} lacks the header ${name}`)
    const documented = Object.keys(headers).map((name) => name.toLowerCase())
    for (const name of Object.keys(known).map((one) => one.toLowerCase()))
      if (name in sent && !name.startsWith('ratelimit') && !documented.includes(name))
        throw new Error(`${where} has the header ${name}, which is not documented`)
  }

  function checkProblem(response: Response, ref: string): void {
    checkBody(response, 'application/problem+json', ref)
  }

  function checkBody(response: Response, expected: string, ref: string): void {
    const { status, type, request } = response
    const where = `${request.method} ${request.url} ${status}`
    if (!isOfType(type, expected)) throw new Error(`${where} has the content type ${type}`)
    // What is neither JSON nor lines of it is text: its content type is all there is to check.
    if (!/json/.test(type)) return
    const isLines = type === NDJSON
    const $ref = isLines ? `${ref}/contentSchema/items` : ref
    const validate = ajv.getSchema($ref) ?? ajv.compile({ $ref })
    for (const body of isLines ? linesIn(response) : [response.body]) {
      if (validate(body)) continue
      const sent = JSON.stringify(body).slice(0, 2000)
      throw new Error(`${where} is not as documented: ${ajv.errorsText(validate.errors)}\n${sent}`)
    }
  }
}

/** Whether a content type is the documented one, which may be a range such as `image/*`. */
const isOfType = (type: string, documented: string): boolean =>
  type === documented || (documented.endsWith('/*') && type.startsWith(documented.slice(0, -1))) || documented === '*/*'

/** Gives the check of a message to a webhook against the OpenAPI document: its headers, and its body by its type. */
export function messageConformity(document: Json) {
  const ajv = new Ajv2020(FAST_TO_COMPILE)
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  ajv.addSchema(document, 'document')
  const webhooks = document.webhooks as Record<string, { post: { parameters: { name: string }[] } }>

  return ({ type, headers, text }: { type: string; headers: Record<string, unknown>; text: string }): void => {
    const event = webhooks[type]
    if (!event) throw new Error(`the event ${type} is not documented`)
    for (const { name } of event.post.parameters)
      if (headers[name.toLowerCase()] === undefined) throw new Error(`${type} lacks the header ${name}`)
    const path = ['webhooks', type, 'post', 'requestBody', 'content', 'application/json', 'schema']
    const validate = ajv.compile({ $ref: refTo('document', path) })
    if (!validate(JSON.parse(text))) throw new Error(`${type} is not as documented: ${ajv.errorsText(validate.errors)}`)
  }
}

/** The document for requests that ask for neither `fields` nor another form of the body, and gets whole articles. */
function withoutPartial(document: Json): Json {
  const components = document.components as Record<string, Json>
  return { ...document, components: { ...components, schemas: { ...components.schemas, ArticleFields: false } } }
}

/** The reference to a part of a document by the names on the way to it. */
const refTo = (document: string, path: string[]): string =>
  `${document}#/${path.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
