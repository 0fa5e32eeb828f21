/**
 * The OpenAPI 3.1 document, made from the same zod shapes that check the requests: every named shape is one component,
 * every operation lists the replies and the problems it can answer with.
 */
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import * as z from 'zod'
import { NoQuery } from './common-schemas.ts'
import { typeOf } from './media-type.ts'
import { lineShapeOf, NDJSON } from './ndjson.ts'
import { type Declared, finished } from './openapi-document.ts'
import type { ReplyHeader } from './openapi-headers.ts'
import { type ParameterPlace, parametersIn } from './openapi-parameters.ts'
import { type Json, schemasInto } from './openapi-schemas.ts'
import { pageParameters } from './pagination.ts'
import { ProblemReply } from './problems.ts'

declare module 'fastify' {
  interface FastifySchema {
    /** What an operation does, in a few words; for the document. */
    summary?: string
    description?: string
    operationId?: string
    tags?: readonly string[]
    hide?: boolean
    consumes?: readonly string[]
    /** Headers of its reply beside those that follow from what it takes and gives. */
    replyHeaders?: readonly ReplyHeader[]
  }
}

/** What the document says of the service as a whole. */
export interface DocumentInfo {
  title: string
  version: string
  description: string
  tags: { name: string; description: string }[]
  webhooks: WebhookDocument
}

/** Messages that the service sends by itself: each event with the shape of its message, and the headers of all. */
export interface WebhookDocument {
  headers: z.ZodType
  events: { type: string; summary: string; description: string; shape: z.ZodType }[]
}

/** The body of an operation that takes none. */
const NoBody = z.strictObject({}).optional()

/** The messages as operations of whoever receives them. */
function webhooksOf({ headers, events }: WebhookDocument, toSchema: ToSchema, components: Map<string, Json>): Json {
  const parameters = parametersIn('header', toSchema(headers, 'output'), components)
  const responses = {
    '2XX': { description: 'The message was received.' },
    410: { description: 'Nothing more is wanted here: the webhook is disabled.' },
    default: { description: 'The message is sent again later.' },
  }
  return Object.fromEntries(
    events.map(({ type, summary, description, shape }) => {
      const content = { 'application/json': { schema: toSchema(shape, 'output') } }
      const requestBody = { required: true, content }
      const operationId = `on${type.replace(/(^|\.)[a-z]/g, (letter) => letter.slice(-1).toUpperCase())}`
      const post = { operationId, summary, description, tags: ['Webhooks'], parameters, requestBody, responses }
      return [type, { post: { ...post, security: [] } }]
    }),
  )
}

type ToSchema = ReturnType<typeof schemasInto>

/** What the document is put together from. */
interface Drafting {
  toSchema: ToSchema
  components: Map<string, Json>
  declared: Map<string, Declared>
}

/**
 * Collects the routes that are registered after it; `app.swagger()` then gives the document. What an operation does not
 * declare it does not take: a query or a body with anything in it is refused.
 */
export async function registerOpenapi(app: FastifyInstance, info: DocumentInfo): Promise<void> {
  const components = new Map<string, Json>()
  const toSchema = schemasInto(components)
  const declared = new Map<string, Declared>()

  app.addHook('onRoute', (route) => {
    const { schema } = route
    if (schema?.hide || route.method === 'HEAD') return
    if (!schema?.operationId) throw new Error(`${String(route.method)} ${route.url} declares no operationId`)
    const { operationId } = schema
    if (declared.has(operationId)) throw new Error(`two routes have the operationId ${operationId}`)
    schema.querystring ??= NoQuery
    if (route.method !== 'GET') schema.body ??= NoBody
    declared.set(operationId, declarationOf(route, schema))
  })

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: info.title,
        version: info.version,
        description: info.description,
        license: { name: 'MIT', identifier: 'MIT' },
        contact: { name: 'The operators of this service', url: '/' },
      },
      servers: [{ url: '/', description: 'This service' }],
      tags: info.tags,
      externalDocs: { description: 'The guides and the reference of this service', url: '/docs' },
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key: `dl_<id>_<secret>`.' } },
      },
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({
      url,
      schema: documented(schema, route, { toSchema, components, declared }) as FastifySchema,
    }),
    transformObject: (document) => {
      const { openapiObject } = document as { openapiObject: Json }
      toSchema(ProblemReply, 'output')
      const webhooks = webhooksOf(info.webhooks, toSchema, components)
      return finished({ ...openapiObject, webhooks }, components, declared) as never
    },
  })
}

function declarationOf({ config }: RouteOptions, schema: FastifySchema): Declared {
  const { querystring, body, response = {}, replyHeaders = [] } = schema
  const isPaged = querystring instanceof z.ZodObject && querystring.shape.cursor === pageParameters.cursor
  return {
    access: config?.access ?? 'open',
    replyHeaders: [...(isPaged ? (['Link'] as const) : []), ...replyHeaders],
    isBodyOptional: body instanceof z.ZodType && body.safeParse(undefined).success,
    parameters: [],
    problems: Object.entries(response as object).flatMap(([status, shape]) =>
      shape === ProblemReply ? [Number(status)] : [],
    ),
  }
}

/** A route's zod shapes as JSON Schema, with references to the components they share. */
function documented(schema: FastifySchema, route: RouteOptions, { toSchema, components, declared }: Drafting): Json {
  if (!schema || schema.hide) return { ...schema, hide: true }
  const { body, querystring, params, headers, response, replyHeaders: _, ...rest } = schema
  const places = Object.entries({ path: params, query: querystring, header: headers })
  const parameters = places.flatMap(([place, shape]) =>
    shape instanceof z.ZodType ? parametersIn(place as ParameterPlace, toSchema(shape, 'input'), components) : [],
  )
  Object.assign(declared.get(String(schema.operationId)) ?? {}, { parameters })
  return {
    ...rest,
    ...(body && body !== NoBody
      ? { body: schemaOf(body as z.ZodType, 'input', toSchema), consumes: schema.consumes ?? consumesOf(route, body) }
      : {}),
    response: Object.fromEntries(
      Object.entries((response ?? {}) as Record<string, unknown>).flatMap(([status, shape]) =>
        shape instanceof z.ZodType && shape !== ProblemReply
          ? [[status, replyOf(shape, Number(status), toSchema)]]
          : [],
      ),
    ),
  }
}

/** Lines of JSON are one text to OpenAPI 3.1; what each line is stands in the schema of its content. */
function schemaOf(shape: z.ZodType, io: 'input' | 'output', toSchema: ToSchema): Json {
  const line = lineShapeOf(shape)
  if (!line) return toSchema(shape, io)
  const contentSchema = { type: 'array', items: toSchema(line, io) }
  return { type: 'string', contentMediaType: NDJSON, contentSchema, description: shape.meta()?.description }
}

function consumesOf({ method }: RouteOptions, body: object): string[] {
  if (lineShapeOf(body)) return [NDJSON]
  return method === 'PATCH' ? ['application/json', 'application/merge-patch+json'] : ['application/json']
}

function replyOf(shape: z.ZodType, status: number, toSchema: ToSchema): Json {
  const description = shape.meta()?.description ?? 'The reply'
  if (shape instanceof z.ZodNull) return { type: 'null', description }
  const jsonType = status < 400 ? 'application/json' : 'application/problem+json'
  const type = typeOf(shape) ?? (lineShapeOf(shape) ? NDJSON : jsonType)
  return { description, content: { [type]: { schema: schemaOf(shape, 'output', toSchema) } } }
}
