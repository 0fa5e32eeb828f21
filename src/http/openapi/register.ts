/**
 * The OpenAPI 3.1 document, generated from the zod schemas that validate the requests: every named schema is one
 * component, every operation lists its replies and its problems.
 */
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import * as z from 'zod'
import { formsOf } from '../body-forms.ts'
import { NoQuery } from '../common-schemas.ts'
import { mediaTypeOf } from '../media-type.ts'
import { lineSchemaOf, NDJSON } from '../ndjson.ts'
import { pageParameters } from '../pagination.ts'
import { ProblemReply } from '../problems.ts'
import { completeDocument, type RouteDeclaration } from './document.ts'
import type { ReplyHeader } from './headers.ts'
import { type ParameterLocation, parametersIn } from './parameters.ts'
import { type Json, schemaCollector } from './schemas.ts'

declare module 'fastify' {
  interface FastifySchema {
    /** For the document: what the operation does, in a few words. */
    summary?: string
    description?: string
    operationId?: string
    tags?: readonly string[]
    hide?: boolean
    consumes?: readonly string[]
    /** Headers of its reply beside those that follow from its method, parameters and statuses. */
    replyHeaders?: readonly ReplyHeader[]
  }
}

/** The parts of the document that describe the service as a whole. */
export interface DocumentInfo {
  title: string
  version: string
  description: string
  tags: { name: string; description: string }[]
  webhooks: WebhookDocument
}

/** Messages that the service sends to webhooks: each event with the schema of its message, and the headers of all. */
export interface WebhookDocument {
  headers: z.ZodType
  events: { type: string; summary: string; description: string; schema: z.ZodType }[]
}

/** The body of an operation without a body: absent or `{}`. */
const NoBody = z.strictObject({}).optional()

/** The `webhooks` of the document: the messages as operations of their receiver. */
function webhooksOf({ headers, events }: WebhookDocument, toSchema: ToSchema, components: Map<string, Json>): Json {
  const parameters = parametersIn('header', toSchema(headers, 'output'), components)
  const responses = {
    '2XX': { description: 'The message was received.' },
    410: { description: 'Nothing more is wanted here: the webhook is disabled.' },
    default: { description: 'The message is sent again later.' },
  }
  return Object.fromEntries(
    events.map(({ type, summary, description, schema }) => {
      const content = { 'application/json': { schema: toSchema(schema, 'output') } }
      const requestBody = { required: true, content }
      const operationId = `on${type.replace(/(^|\.)[a-z]/g, (letter) => letter.slice(-1).toUpperCase())}`
      const post = { operationId, summary, description, tags: ['Webhooks'], parameters, requestBody, responses }
      return [type, { post: { ...post, security: [] } }]
    }),
  )
}

type ToSchema = ReturnType<typeof schemaCollector>

/** What the conversion of routes reads and fills. */
interface DocumentParts {
  toSchema: ToSchema
  components: Map<string, Json>
  declared: Map<string, RouteDeclaration>
}

/**
 * Collects the routes that are registered after it; `app.swagger()` then gives the document. A route that declares no query
 * or no body refuses any. Throws for a route without an `operationId`, and for two with the same.
 */
export async function registerOpenapi(app: FastifyInstance, info: DocumentInfo): Promise<void> {
  const components = new Map<string, Json>()
  const toSchema = schemaCollector(components)
  const declared = new Map<string, RouteDeclaration>()

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
      schema: documentedSchema(schema, route, { toSchema, components, declared }) as FastifySchema,
    }),
    transformObject: (document) => {
      const { openapiObject } = document as { openapiObject: Json }
      toSchema(ProblemReply, 'output')
      const webhooks = webhooksOf(info.webhooks, toSchema, components)
      return completeDocument({ ...openapiObject, webhooks }, components, declared) as never
    },
  })
}

function declarationOf({ config }: RouteOptions, schema: FastifySchema): RouteDeclaration {
  const { querystring, body, response = {}, replyHeaders = [] } = schema
  const isPaged = querystring instanceof z.ZodObject && querystring.shape.cursor === pageParameters.cursor
  return {
    access: config?.access ?? 'open',
    replyHeaders: [...(isPaged ? (['Link'] as const) : []), ...replyHeaders],
    isBodyOptional: body instanceof z.ZodType && !formsOf(body) && body.safeParse(undefined).success,
    parameters: [],
    problems: Object.entries(response as object).flatMap(([status, reply]) =>
      reply === ProblemReply ? [Number(status)] : [],
    ),
  }
}

/** A route's zod schemas as JSON Schema, with references to the shared components. */
function documentedSchema(
  schema: FastifySchema,
  route: RouteOptions,
  { toSchema, components, declared }: DocumentParts,
): Json {
  if (!schema || schema.hide) return { ...schema, hide: true }
  const { body, querystring, params, headers, response, replyHeaders: _, ...rest } = schema
  const locations = Object.entries({ path: params, query: querystring, header: headers })
  const parameters = locations.flatMap(([location, part]) =>
    part instanceof z.ZodType ? parametersIn(location as ParameterLocation, toSchema(part, 'input'), components) : [],
  )
  Object.assign(declared.get(String(schema.operationId)) ?? {}, { parameters })
  return {
    ...rest,
    ...(body && body !== NoBody ? documentedBody(schema, route, body as z.ZodType, toSchema) : {}),
    response: Object.fromEntries(
      Object.entries((response ?? {}) as Record<string, unknown>).flatMap(([status, reply]) =>
        reply instanceof z.ZodType && reply !== ProblemReply
          ? [[status, responseOf(reply, Number(status), toSchema)]]
          : [],
      ),
    ),
  }
}

/** A body with its content types: one schema for all of them, or one for each. */
function documentedBody(schema: FastifySchema, route: RouteOptions, body: z.ZodType, toSchema: ToSchema): Json {
  const forms = formsOf(body)
  if (!forms) return { body: schemaOf(body, 'input', toSchema), consumes: schema.consumes ?? consumesOf(route, body) }
  const content = Object.entries(forms).map(([type, form]) => [type, { schema: schemaOf(form, 'input', toSchema) }])
  return { body: { content: Object.fromEntries(content) } }
}

/** The JSON Schema of a body or a reply. NDJSON is one string in OpenAPI 3.1; its content schema describes the lines. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', toSchema: ToSchema): Json {
  const line = lineSchemaOf(schema)
  if (!line) return toSchema(schema, io)
  const contentSchema = { type: 'array', items: toSchema(line, io) }
  return { type: 'string', contentMediaType: NDJSON, contentSchema, description: schema.meta()?.description }
}

function consumesOf({ method }: RouteOptions, body: object): string[] {
  if (lineSchemaOf(body)) return [NDJSON]
  return method === 'PATCH' ? ['application/json', 'application/merge-patch+json'] : ['application/json']
}

function responseOf(schema: z.ZodType, status: number, toSchema: ToSchema): Json {
  const description = schema.meta()?.description ?? 'The reply'
  if (schema instanceof z.ZodNull) return { type: 'null', description }
  const jsonType = status < 400 ? 'application/json' : 'application/problem+json'
  const type = mediaTypeOf(schema) ?? (lineSchemaOf(schema) ? NDJSON : jsonType)
  return { description, content: { [type]: { schema: schemaOf(schema, 'output', toSchema) } } }
}
