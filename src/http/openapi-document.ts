/** What follows in the OpenAPI document from what the operations take and give: problems, headers, examples, order. */
import { type Permission, roles } from '../access/roles.ts'
import type { Access } from './access.ts'
import { NDJSON } from './ndjson.ts'
import { examplesFrom } from './openapi-examples.ts'
import { headerComponents, problemHeadersOf, type ReplyHeader, replyHeadersOf } from './openapi-headers.ts'
import type { Parameter } from './openapi-parameters.ts'
import { problemRef, problemResponses, problemsOf } from './openapi-problems.ts'
import type { Json } from './openapi-schemas.ts'

/** What the document has to know of a route beside its shapes. */
export interface Declared {
  access: Access
  replyHeaders: ReplyHeader[]
  isBodyOptional: boolean
  /** Statuses of problems that it has beside those that follow from what it takes. */
  problems: number[]
  /** Those of the path first. */
  parameters: Parameter[]
}

type Operation = Json & { parameters?: Parameter[]; responses: Record<string, Json>; requestBody?: Json }

/** The document with all that follows from what its operations take and give. */
export function finished(document: Json, components: Map<string, Json>, declared: Map<string, Declared>): Json {
  const used = new Set<number>()
  const addExamples = examplesIn(components)
  for (const path of Object.values(document.paths as Record<string, Record<string, Operation>>))
    for (const [method, operation] of Object.entries(path)) {
      const declaration = declared.get(String(operation.operationId))
      if (!declaration) throw new Error(`${String(operation.operationId)} was not declared`)
      if (declaration.parameters.length > 0) operation.parameters = declaration.parameters
      access(operation, declaration)
      for (const status of reply(operation, method, declaration)) used.add(status)
      addExamples(operation)
    }
  for (const { post } of Object.values(document.webhooks as Record<string, { post: Operation }>)) addExamples(post)
  const sorted = [...components].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...document,
    components: {
      ...(document.components as Json),
      schemas: Object.fromEntries(sorted),
      responses: problemResponses(used, problemHeadersOf),
      headers: headerComponents(),
    },
  }
}

/** Who may call the operation: as its security, and in its description. */
function access(operation: Operation, declared: Declared): void {
  if (declared.access === 'open') operation.security = []
  else operation.security = declared.access === 'live:read' ? [{}, { key: [] }] : [{ key: [] }]
  if (declared.access === 'open' || declared.access === 'live:read') return
  const text = `Needs a key of the role ${rolesWith(declared.access)}.`
  operation.description = [operation.description, text].filter(Boolean).join('\n\n')
}

const rolesWith = (permission: Permission): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(
    Object.entries(roles).flatMap(([role, permissions]) =>
      (permissions as readonly Permission[]).includes(permission) ? [`\`${role}\``] : [],
    ),
  )

/** Adds the replies that follow from what the operation takes, and the headers of all. Gives the problems it refers to. */
function reply(operation: Operation, method: string, declared: Declared): number[] {
  const { parameters = [], responses, requestBody } = operation
  const parameter = (place: string, name?: string) =>
    parameters.some((one) => one.in === place && (name === undefined || one.name.toLowerCase() === name.toLowerCase()))
  const isOpen = declared.access === 'open'
  const isStream = 'text/event-stream' in ((responses[200]?.content ?? {}) as Json)
  if (requestBody) requestBody.required = !declared.isBodyOptional
  const isRead = method === 'get'
  if (isRead && !isStream) responses[304] = { description: 'Nothing has changed; no body.' }
  const about = { isRead, isOnce: parameter('header', 'idempotency-key'), isStream, own: declared.replyHeaders }
  for (const [status, one] of Object.entries(responses))
    one.headers = Number(status) < 400 ? replyHeadersOf(Number(status), about) : problemHeadersOf(Number(status))
  const followed = problemsOf({ method, isOpen, hasBody: requestBody !== undefined, parameter })
  const missing = [...new Set([...declared.problems, ...followed])].filter((status) => !(status in responses))
  for (const status of missing) responses[status] = problemRef(status)
  return missing
}

/** Gives the function that adds an example of what an operation takes and of what it gives. */
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
  return ({ operationId, requestBody, responses }: Operation): void => {
    add(requestBody?.content, `the body of ${String(operationId)}`)
    for (const [status, one] of Object.entries(responses)) add(one.content, `${String(operationId)} ${status}`)
  }
}
