import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Response } from 'supertest'

type Json = Record<string, unknown>

const NDJSON = 'application/x-ndjson'

/** The lines of a reply, each parsed; the client has to be told to `buffer` them. */
export const linesIn = <T>({ text }: Response): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

/**
 * Gives the check of a reply against the OpenAPI document: its status is documented for the operation, and its body has
 * the documented shape. With `fields` or `body=none` a reply may lack what was not asked for.
 */
export function conformity(document: Json) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  ajv.addSchema(document, 'openapi')
  const paths = document.paths as Record<string, Record<string, { responses: Record<string, Json> }>>
  const templates = Object.keys(paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }))

  return (method: string, url: string, response: Response): void => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const path = templates.find(({ pattern }) => pattern.test(pathname))?.path
    const operation = path && paths[path]?.[method.replace('head', 'get')]
    const { status } = response
    if (status >= 400 && method !== 'head') checked('openapi#/components/schemas/Problem', response)
    if (!operation) return
    if (status === 304 || status === 308) return
    const documented = operation.responses[status]
    const where = `${method.toUpperCase()} ${path} ${status}`
    if (!documented) throw new Error(`${where} is not documented: ${response.text}`)
    if (method === 'head' || status === 204 || status >= 400) return
    const types = Object.keys((documented.content as Json | undefined) ?? {})
    const type = types.find((one) => one === response.type) ?? types[0] ?? 'application/json'
    const pointer = ['paths', path, method, 'responses', String(status), 'content', type, 'schema']
    const isPartial = searchParams.has('fields') || searchParams.get('body') === 'none'
    const ref = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
    checked(ref, response, isPartial, type)
  }

  function checked($ref: string, response: Response, isPartial = false, expected = 'application/json'): void {
    const { status, type, request } = response
    const where = `${request.method} ${request.url} ${status}`
    if (type !== (status >= 400 ? 'application/problem+json' : expected))
      throw new Error(`${where} has the content type ${type}`)
    // What is neither JSON nor lines of it is text: its content type is all there is to check.
    if (!/json/.test(type)) return
    const validate = ajv.getSchema($ref) ?? ajv.compile({ $ref })
    for (const body of type === NDJSON ? linesIn(response) : [response.body]) {
      if (validate(body)) continue
      const errors = (validate.errors ?? []).filter(({ keyword }) => !(isPartial && keyword === 'required'))
      if (errors.length === 0) continue
      const sent = JSON.stringify(body).slice(0, 2000)
      throw new Error(`${where} is not as documented: ${ajv.errorsText(errors)}\n${sent}`)
    }
  }
}
