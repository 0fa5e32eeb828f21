/**
 * The OpenAPI 3.1 document, made from the same zod shapes that check the requests: every named shape is one component,
 * every operation lists the problems it can answer with.
 */
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import * as z from 'zod'
import type { Access } from './access.ts'
import { typeOf } from './media-type.ts'
import { lineShapeOf, NDJSON } from './ndjson.ts'
import { NoQuery } from './parameters.ts'
import { Problem } from './problems.ts'

type Json = Record<string, unknown>

declare module 'fastify' {
  interface FastifySchema {
    /** What an operation does, in a few words; for the document. */
    summary?: string
    description?: string
    operationId?: string
    tags?: readonly string[]
    hide?: boolean
    consumes?: readonly string[]
  }
}

/** What the document says of the service as a whole. */
export interface DocumentInfo {
  title: string
  version: string
  description: string
  tags: { name: string; description: string }[]
}

/** The body of an operation that takes none. */
const NoBody = z.strictObject({}).optional()

/**
 * Collects the routes that are registered after it; `app.swagger()` then gives the document. What an operation does not
 * declare it does not take: a query or a body with anything in it is refused.
 */
export async function registerOpenapi(app: FastifyInstance, info: DocumentInfo): Promise<void> {
  const components = new Map<string, Json>()
  const accessOf = new Map<string, Access>()

  app.addHook('onRoute', (route) => {
    const { schema } = route
    if (schema?.hide || route.method === 'HEAD') return
    if (!schema?.operationId) throw new Error(`${String(route.method)} ${route.url} declares no operationId`)
    const { operationId } = schema
    if (accessOf.has(operationId)) throw new Error(`two routes have the operationId ${operationId}`)
    accessOf.set(operationId, route.config?.access ?? 'open')
    schema.querystring ??= NoQuery
    if (route.method !== 'GET') schema.body ??= NoBody
  })

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: info.title,
        version: info.version,
        description: info.description,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'This service' }],
      tags: info.tags,
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key: `dl_<id>_<secret>`.' } },
      },
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({ url, schema: documented(schema, route, components) as FastifySchema }),
    transformObject: (document) => {
      const { openapiObject } = document as { openapiObject: Json }
      toComponent(Problem, 'output', components)
      return finished(openapiObject, components, accessOf) as never
    },
  })
}

/** A route's zod shapes as JSON Schema, with references to the components they share. */
function documented(schema: FastifySchema, route: RouteOptions, components: Map<string, Json>): Json {
  if (!schema || schema.hide) return { ...schema, hide: true }
  const { body, querystring, params, headers, response, ...rest } = schema
  const input = (part: unknown) =>
    part instanceof z.ZodType && toComponent(lineShapeOf(part) ?? part, 'input', components)
  return {
    ...rest,
    ...(body && body !== NoBody ? { body: input(body), consumes: schema.consumes ?? consumesOf(route, body) } : {}),
    ...(querystring ? { querystring: input(querystring) } : {}),
    ...(params ? { params: input(params) } : {}),
    ...(headers ? { headers: input(headers) } : {}),
    response: Object.fromEntries(
      Object.entries((response ?? {}) as Record<string, unknown>).map(([status, shape]) => [
        status,
        shape instanceof z.ZodType
          ? withOthers(replyOf(shape, Number(status), components), status, route, components)
          : shape,
      ]),
    ),
  }
}

/** A reply with the other forms that the route has of it. */
function withOthers(reply: Json, status: string, { config }: RouteOptions, components: Map<string, Json>): Json {
  if (status !== '200' || !config?.otherForms) return reply
  const others = Object.entries(config.otherForms).map(([type, shape]) => [
    type,
    { schema: toComponent(shape, 'output', components) },
  ])
  return { ...reply, content: { ...(reply.content as Json), ...Object.fromEntries(others) } }
}

function consumesOf({ method }: RouteOptions, body: object): string[] {
  if (lineShapeOf(body)) return [NDJSON]
  return method === 'PATCH' ? ['application/json', 'application/merge-patch+json'] : ['application/json']
}

function replyOf(shape: z.ZodType, status: number, components: Map<string, Json>): Json {
  const line = lineShapeOf(shape)
  const description = (line ?? shape).meta()?.description ?? 'The reply'
  if (shape instanceof z.ZodNull) return { type: 'null', description }
  const type = typeOf(shape) ?? (line ? NDJSON : status < 400 ? 'application/json' : 'application/problem+json')
  return { description, content: { [type]: { schema: toComponent(line ?? shape, 'output', components) } } }
}

/** The shape as JSON Schema; the named shapes in it become components, once each. */
function toComponent(shape: z.ZodType, io: 'input' | 'output', components: Map<string, Json>): Json {
  const {
    $schema,
    $defs = {},
    ...json
  } = z.toJSONSchema(shape, { io, unrepresentable: 'any', override: retouch }) as Json
  for (const [name, definition] of Object.entries($defs as Record<string, Json>)) {
    const component = tidy(definition) as Json
    const before = components.get(name)
    if (before && JSON.stringify(before) !== JSON.stringify(component))
      throw new Error(`two shapes are named ${name}, or it differs between requests and replies`)
    components.set(name, component)
  }
  return tidy(json) as Json
}

/** zod leaves out the examples of what it transforms, and writes down the bounds of exact integers. */
function retouch({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType
  jsonSchema: z.core.JSONSchema.BaseSchema
}): void {
  const { examples } = z.globalRegistry.get(zodSchema) ?? {}
  if (Array.isArray(examples)) jsonSchema.examples = examples
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}

/** References to the components; a nullable type as an array of types. */
function tidy(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(tidy)
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).map(([key, value]) => [
    key,
    key === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : tidy(value),
  ])
  return nullable(Object.fromEntries(entries) as Json)
}

function nullable(json: Json): Json {
  const [one, none] = (json.anyOf ?? []) as Json[]
  const isNullable = (json.anyOf as Json[] | undefined)?.length === 2 && none?.type === 'null'
  if (!isNullable || typeof one?.type !== 'string') return json
  const { anyOf, ...rest } = json
  const values = one.enum ? { enum: [...(one.enum as unknown[]), null] } : {}
  return { ...one, ...rest, type: [one.type, 'null'], ...values }
}

/** The problems an operation can answer with, by what it takes and who may call it. */
function problemsOf(operation: Json, access: Access): string[] {
  const parameters = (operation.parameters ?? []) as Json[]
  const takes = (place: string, name?: string) =>
    parameters.some((p) => p.in === place && (name === undefined || p.name === name))
  const writes = 'requestBody' in operation
  const isOnce = takes('header', 'idempotency-key')
  return [
    '400',
    ...(access === 'open' ? [] : ['401']),
    ...((access === 'open' || access === 'live:read') && !takes('query', 'version') ? [] : ['403']),
    ...(takes('path') || takes('query', 'article') ? ['404'] : []),
    ...(writes || takes('header', 'if-match') || isOnce ? ['409'] : []),
    ...(takes('header', 'if-match') ? ['412', '428'] : []),
    ...(writes ? ['413', '415'] : []),
    ...(writes || isOnce || takes('query', 'reassignTo') ? ['422'] : []),
    ...(access === 'open' ? [] : ['429', '503']),
  ]
}

const PROBLEMS: Record<string, [name: string, description: string]> = {
  '400': ['BadRequest', 'The request is not valid; `errors` says what is wrong and where.'],
  '401': ['Unauthenticated', 'The key is missing, malformed, unknown, expired or revoked.'],
  '403': ['Forbidden', 'The role of the key does not allow this.'],
  '404': ['NotFound', 'Nothing there, or nothing that the caller may see.'],
  '409': ['Conflict', 'The request contradicts what is there.'],
  '412': ['PreconditionFailed', 'The resource has changed since the version that `If-Match` names.'],
  '413': ['TooLarge', 'The body is too large.'],
  '415': ['UnsupportedMediaType', 'The body has to be JSON.'],
  '422': ['Unprocessable', 'The request is well formed, and refers to what is not there or cannot be used.'],
  '428': ['PreconditionRequired', 'This service takes the change only with `If-Match`.'],
  '429': ['RateLimited', 'Too many requests; `Retry-After` says how long to wait.'],
  '503': ['Busy', 'The service cannot take this now; `Retry-After` says how long to wait.'],
}

function finished(document: Json, components: Map<string, Json>, accessOf: Map<string, Access>): Json {
  const paths = document.paths as Record<string, Record<string, Json>>
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    const access = accessOf.get(String(operation.operationId)) ?? 'open'
    const replies = operation.responses as Json
    for (const status of problemsOf(operation, access))
      replies[status] = { $ref: `#/components/responses/${PROBLEMS[status]?.[0]}` }
    if (access === 'open') operation.security = []
    else operation.security = access === 'live:read' ? [{}, { key: [] }] : [{ key: [] }]
  }
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  const named = Object.values(PROBLEMS).map(([name, description]) => [name, { description, content: problem }])
  const sorted = [...components].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...document,
    components: {
      ...(document.components as Json),
      schemas: Object.fromEntries(sorted),
      responses: Object.fromEntries(named),
    },
  }
}
