/** Completes the OpenAPI document with what follows from the operations: problems, headers, examples, order. */
import { type Permission, roles } from '../../access/roles.ts'
import type { Access } from '../access.ts'
import { NDJSON } from '../ndjson.ts'
import { examplesFrom } from './examples.ts'
import { headerComponents, problemHeadersOf, type ReplyHeader, replyHeadersOf } from './headers.ts'
import type { Parameter } from './parameters.ts'
import { problemRef, problemResponses, problemsOf } from './problems.ts'
import type { Json } from './schemas.ts'

/** What the document needs of a route beside its schemas. */
export interface RouteDeclaration {
  access: Access
  replyHeaders: ReplyHeader[]
  isBodyOptional: boolean
  /** Statuses of problems that the route declares, beside those that follow from its parameters and body. */
  problems: number[]
  /** Ordered by location: path, query, header. */
  parameters: Parameter[]
}

type Operation = Json & { parameters?: Parameter[]; responses: Record<string, Json>; requestBody?: Json }

/**
 * The document with everything that follows from its operations. `components` are the named schemas, `declared` the
 * declarations of the routes by `operationId`. Throws for an operation that was not declared.
 */
export function completeDocument(
  document: Json,
  components: Map<string, Json>,
  declared: Map<string, RouteDeclaration>,
): Json {
  const problemStatuses = new Set<number>()
  const addExamples = examplesIn(components)
  for (const path of Object.values(document.paths as Record<string, Record<string, Operation>>))
    for (const [method, operation] of Object.entries(path)) {
      const declaration = declared.get(String(operation.operationId))
      if (!declaration) throw new Error(`${String(operation.operationId)} was not declared`)
      if (declaration.parameters.length > 0) operation.parameters = declaration.parameters
      addAccess(operation, declaration)
      for (const status of addReplies(operation, method, declaration)) problemStatuses.add(status)
      addExamples(operation)
    }
  for (const { post } of Object.values(document.webhooks as Record<string, { post: Operation }>)) addExamples(post)
  const sorted = [...components].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...document,
    components: {
      ...(document.components as Json),
      schemas: Object.fromEntries(sorted),
      responses: problemResponses(problemStatuses, problemHeadersOf),
      headers: headerComponents(),
    },
  }
}

/** Documents who may call the operation: in its security, and in its description. */
function addAccess(operation: Operation, { access }: RouteDeclaration): void {
  if (access === 'open') operation.security = []
  else operation.security = access === 'live:read' ? [{}, { key: [] }] : [{ key: [] }]
  if (access === 'open' || access === 'live:read') return
  const text = `Needs a key of the role ${rolesWith(access)}.`
  operation.description = [operation.description, text].filter(Boolean).join('\n\n')
}

const rolesWith = (permission: Permission): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(
    Object.entries(roles).flatMap(([role, permissions]) =>
      (permissions as readonly Permission[]).includes(permission) ? [`\`${role}\``] : [],
    ),
  )

/** Adds the replies that follow from the operation's parameters and body, and the headers of all. Gives the statuses of the problems that it refers to. */
function addReplies(operation: Operation, method: string, declared: RouteDeclaration): number[] {
  const { parameters = [], responses, requestBody } = operation
  const hasParameter = (location: string, name?: string) =>
    parameters.some(
      (one) => one.in === location && (name === undefined || one.name.toLowerCase() === name.toLowerCase()),
    )
  const isOpen = declared.access === 'open'
  const isStream = 'text/event-stream' in ((responses[200]?.content ?? {}) as Json)
  if (requestBody) requestBody.required = !declared.isBodyOptional
  const isRead = method === 'get'
  if (isRead && !isStream) responses[304] = { description: 'Nothing has changed; no body.' }
  const traits = {
    isRead,
    isIdempotent: hasParameter('header', 'idempotency-key'),
    isStream,
    own: declared.replyHeaders,
  }
  for (const [status, one] of Object.entries(responses))
    one.headers = Number(status) < 400 ? replyHeadersOf(Number(status), traits) : problemHeadersOf(Number(status))
  const implied = problemsOf({ method, isOpen, hasBody: requestBody !== undefined, hasParameter })
  const missing = [...new Set([...declared.problems, ...implied])].filter((status) => !(status in responses))
  for (const status of missing) responses[status] = problemRef(status)
  return missing
}

/** Gives the function that adds examples to an operation: to the parameters that it requires, its body and its replies. */
function examplesIn(components: Map<string, Json>) {
  const exampleOf = examplesFrom(components)
  const add = (content: unknown, where: string) => {
    for (const [type, media] of Object.entries((content ?? {}) as Record<string, Json>)) {
      const schema = media.schema as Json
      if (/^text\/|xml$/.test(type) && !schema.examples) continue
      media.example = type === NDJSON ? lines(schema, where) : exampleOf(schema, where)
    }
  }
  const lines = ({ contentSchema }: Json, where: string): string => {
    const { items } = contentSchema as { items: Json }
    const name = String(items.$ref).split('/').at(-1) ?? ''
    const all = (components.get(name)?.examples ?? [exampleOf(items, where)]) as unknown[]
    return all.map((one) => `${JSON.stringify(one)}\n`).join('')
  }
  return ({ operationId: id, parameters = [], requestBody, responses }: Operation): void => {
    for (const parameter of parameters)
      if (parameter.required) parameter.example ??= exampleOf(parameter.schema as Json, `${parameter.name} of ${id}`)
    add(requestBody?.content, `the body of ${id}`)
    for (const [status, one] of Object.entries(responses)) add(one.content, `${id} ${status}`)
  }
}
