/** Requests for an operation of the document: valid ones, and such that are wrong somewhere. */
import fc from 'fast-check'
import { bodyOf } from './bodies.ts'
import { headersOf, withEtag } from './headers.ts'
import { happens, type Json, type Operation } from './operation.ts'
import { type Kind, namedInPaths, type Pool } from './pool.ts'
import { queryOf, withQuery } from './query.ts'
import { anyNumber, anyText, percentEncoded, rawPart } from './texts.ts'
import { type ValuesOf, valuesOf } from './values.ts'

const roles = ['anyone', 'reader', 'partner', 'contributor', 'editor', 'admin', 'broken'] as const
export type Role = (typeof roles)[number]

/** A request as it goes out: its path has the query, percent-encoded; the role says whose key it bears. */
export interface Sent {
  operationId: string
  role: Role
  method: string
  path: string
  headers: Record<string, string>
  body?: Buffer | undefined
}

/** What a path parameter names; undefined for the number of a revision. Throws for a name that nothing is known of. */
function namedBy(parameter: string): Kind | undefined {
  const kind = namedInPaths.find((one) => one === parameter)
  if (!kind && parameter !== 'revision') throw new Error(`the pool has nothing that {${parameter}} names`)
  return kind
}

/** Which parts of a request are wrong, and how often: most have one such part, so that the others are looked at, too. */
const parts = ['path', 'query', 'headers', 'body'] as const
const WRONG = [
  { weight: 45, wrong: [] },
  ...parts.map((part) => ({ weight: 12, wrong: [part] })),
  { weight: 7, wrong: [...parts] },
]

/** Gives the requests of each operation. */
export function requestsOf(document: Json, pool: Pool): (operation: Operation) => fc.Arbitrary<Sent> {
  const { schemas } = document.components as { schemas: Record<string, Json> }
  const values = valuesOf(schemas, pool)
  return (operation) =>
    fc.oneof(
      ...WRONG.map(({ weight, wrong }) => ({ weight, arbitrary: requestOf(operation, values, schemas, pool, wrong) })),
    )
}

function requestOf(
  operation: Operation,
  values: ValuesOf,
  schemas: Record<string, Json>,
  pool: Pool,
  wrong: readonly (typeof parts)[number][],
): fc.Arbitrary<Sent> {
  const { method, operationId } = operation
  const isTame = (part: (typeof parts)[number]) => !wrong.includes(part)
  const request = fc.record({
    role: roleArbitrary,
    path: pathOf(operation, values, isTame('path')),
    query: queryOf(operation, values, isTame('query')),
    headers: headersOf(operation, values, isTame('headers')),
    body: bodyOf(operation, values, schemas, isTame('body')),
    isHead: happens(method === 'GET' && !isTame('headers') ? 15 : 0),
    goesOn: happens(isTame('query') ? 15 : 0),
  })
  return request.map((drawn): Sent => {
    const path = isTame('path') ? likely(operation, drawn.path, pool) : drawn.path
    const headers = withEtag(pool, path, drawn.headers)
    if (drawn.body && !('content-type' in headers)) headers['content-type'] = drawn.body.type
    const next = drawn.goesOn && method === 'GET' ? pool.next(path) : undefined
    return {
      operationId,
      role: drawn.role,
      method: drawn.isHead ? 'HEAD' : method,
      path: next ?? withQuery(path, drawn.query),
      headers,
      body: drawn.body?.bytes,
    }
  })
}

/** The state that an article has to be in for a transition. */
const STATES: Record<string, string> = { submit: 'draft', return: 'in-review', unschedule: 'scheduled' }

/** The path with what makes it likely that it leads somewhere. */
function likely({ path: template }: Operation, path: string, pool: Pool): string {
  const [, , , , transition = '', more] = template.split('/')
  const subject =
    transition === 'restore' && more === undefined ? pool.deleted(path) : pool.inState(STATES[transition] ?? '')
  return subject ? `${subject}/${transition}` : pool.belonging(path)
}

const roleArbitrary: fc.Arbitrary<Role> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Role>('admin') },
  { weight: 2, arbitrary: fc.constant<Role>('editor') },
  { weight: 3, arbitrary: fc.constantFrom(...roles) },
)

function pathOf({ path, parameters }: Operation, values: ValuesOf, isTame: boolean): fc.Arbitrary<string> {
  const parts = path.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) return fc.constant(part)
    const { schema = {} } = parameters.find((one) => one.in === 'path' && one.name === name) ?? {}
    const kind = namedBy(name)
    const usual = kind ? values.pick(kind) : values.valid(schema, name).map(String)
    const good = usual.map(percentEncoded)
    if (isTame) return good
    return fc.oneof(
      { weight: 2, arbitrary: good },
      { weight: 5, arbitrary: anyText.filter((text) => text !== '').map(percentEncoded) },
      { weight: 2, arbitrary: anyNumber.map(percentEncoded) },
      { weight: 2, arbitrary: rawPart },
    )
  })
  return fc.tuple(...parts).map((some) => some.join(''))
}
