/**
 * The OpenAPI 3.1 document, made from the same zod shapes that check the requests: every named shape is one component,
 * every operation lists the replies and the problems it can answer with.
 */
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import * as z from 'zod'
import { typeOf } from './media-type.ts'
import { lineShapeOf, NDJSON } from './ndjson.ts'
import { type Declared, finished } from './openapi-document.ts'
import type { ReplyHeader } from './openapi-headers.ts'
import { type Json, schemasInto } from './openapi-shapes.ts'
import { pageParameters } from './paging.ts'
import { NoQuery } from './parameters.ts'
import { Problem } from './problems.ts'

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
}

/** The body of an operation that takes none. */
const NoBody = z.strictObject({}).optional()

type ToSchema = ReturnType<typeof schemasInto>

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
      },
      servers: [{ url: '/', description: 'This service' }],
      tags: info.tags,
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key: `dl_<id>_<secret>`.' } },
      },
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({ url, schema: documented(schema, route, toSchema) as FastifySchema }),
    transformObject: (document) => {
      const { openapiObject } = document as { openapiObject: Json }
      toSchema(Problem, 'output')
      return finished(openapiObject, components, declared) as never
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
    problems: Object.entries(response as object).flatMap(([status, shape]) =>
      shape === Problem ? [Number(status)] : [],
    ),
  }
}

/** A route's zod shapes as JSON Schema, with references to the components they share. */
function documented(schema: FastifySchema, route: RouteOptions, toSchema: ToSchema): Json {
  if (!schema || schema.hide) return { ...schema, hide: true }
  const { body, querystring, params, headers, response, replyHeaders: _, ...rest } = schema
  const input = (part: unknown) => part instanceof z.ZodType && schemaOf(part, 'input', toSchema)
  return {
    ...rest,
    ...(body && body !== NoBody ? { body: input(body), consumes: schema.consumes ?? consumesOf(route, body) } : {}),
    ...(querystring ? { querystring: input(querystring) } : {}),
    ...(params ? { params: input(params) } : {}),
    ...(headers ? { headers: input(headers) } : {}),
    response: Object.fromEntries(
      Object.entries((response ?? {}) as Record<string, unknown>).flatMap(([status, shape]) =>
        shape instanceof z.ZodType && shape !== Problem ? [[status, replyOf(shape, Number(status), toSchema)]] : [],
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
