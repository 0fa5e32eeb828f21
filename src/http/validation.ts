/** Validates requests by their zod schemas, and words the errors. */
import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify'
import type * as z from 'zod'
import { type InputError, Problem, type ProblemType, pointerTo } from '../lib/problem.ts'
import { suggestion } from '../lib/suggest.ts'
import { invalidCharacters } from '../lib/unicode.ts'
import type { Sent } from './reply.ts'

/** The types of `params`, `query`, `body` and replies, inferred from their zod schemas. */
export interface ZodTypes extends FastifyTypeProvider {
  validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown
  serializer: this['schema'] extends z.ZodType ? z.input<this['schema']> | Sent : unknown
}

const LOCATIONS = { body: 'body', querystring: 'query', params: 'path', headers: 'header' } as const
type RequestLocation = (typeof LOCATIONS)[keyof typeof LOCATIONS]

/** What `readLargeBody` has parsed and validated already. */
const validated = new WeakSet<object>()

/** The same value; it is not validated again. */
export function asValidated<T extends object>(value: T): T {
  validated.add(value)
  return value
}

const isValidated = (data: unknown): boolean => typeof data === 'object' && data !== null && validated.has(data)

/** Parses a part of the request. An invalid one is the problem `validation` or one of its kin, with a pointer to each error. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const location = LOCATIONS[(httpPart ?? 'body') as keyof typeof LOCATIONS]
  return (data: unknown) => {
    if (location === 'query' || location === 'path') checkParameters(data as Record<string, unknown>, location)
    if (isValidated(data)) return { value: data }
    // A request without a body has `null` for it.
    const parsed = schema.safeParse(data ?? undefined, { error: messageOf })
    return parsed.success ? { value: parsed.data } : { error: invalid(schema, parsed.error.issues, location) }
  }
}

/** Throws `invalid-encoding` unless all parameters are clean Unicode; bodies are checked when they are parsed. */
function checkParameters(parameters: Record<string, unknown>, location: RequestLocation): void {
  for (const [name, value] of Object.entries(parameters)) {
    const message = faultIn(value)
    if (message === undefined) continue
    const error = { in: location, pointer: pointerTo([name]), code: 'invalid-encoding', message }
    throw new Problem('invalid-encoding', `${name} ${message}`, { errors: [error] })
  }
}

/** Why a parameter is not clean Unicode; a repeated one is a list of its values. */
function faultIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map(faultIn).find((fault) => fault !== undefined)
  return typeof value === 'string' ? invalidCharacters(value) : undefined
}

/** The body as the schema parses it. Throws the same problems as the validation of a whole request. */
export function parseBody<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
  if (isValidated(data)) return data as z.output<T>
  const parsed = schema.safeParse(data, { error: messageOf })
  if (!parsed.success) throw invalid(schema, parsed.error.issues, 'body')
  return parsed.data
}

type Json = Record<string, unknown>

type Issue = z.core.$ZodIssue

/** How many errors a problem lists: a body may have a hundred thousand. */
const MAX_ERRORS = 100

function invalid(schema: z.ZodType, issues: Issue[], location: RequestLocation): Problem {
  const errors: InputError[] = []
  for (const error of errorsIn(schema, issues, location, [])) if (errors.push(error) === MAX_ERRORS) break
  const type = problemTypeOf(errors, location)
  return new Problem(type, errors.map((e) => `${e.pointer.slice(1) || location} ${e.message}`).join('; '), { errors })
}

function problemTypeOf(errors: InputError[], location: RequestLocation): ProblemType {
  if (errors.every((e) => e.code === 'unknown')) return location === 'query' ? 'unknown-parameter' : 'unknown-property'
  if (errors.every((e) => e.code === 'unknown_field')) return 'unknown-field'
  if (errors.every((e) => e.code === 'invalid_cursor')) return 'invalid-cursor'
  return 'validation'
}

/** The errors, one by one. */
function* errorsIn(
  schema: z.ZodType,
  issues: Issue[],
  location: RequestLocation,
  parents: PropertyKey[],
): Generator<InputError> {
  for (const issue of issues) {
    const path = [...parents, ...issue.path]
    if (issue.code === 'unrecognized_keys') yield* unknownMembers(schema, issue.keys, location, path)
    else if (issue.code === 'invalid_union' && issue.errors.some((branch) => !isOtherType(branch)))
      yield* errorsIn(schema, closestBranch(issue.errors), location, path)
    else {
      const code = issue.code === 'custom' ? String(issue.params?.code ?? 'invalid') : codeOf(issue)
      yield { in: location, pointer: pointerTo(path), code, message: issue.message }
    }
  }
}

function* unknownMembers(
  schema: z.ZodType,
  names: string[],
  location: RequestLocation,
  path: PropertyKey[],
): Generator<InputError> {
  const known = keysAt(schema, path)
  for (const name of names)
    yield {
      in: location,
      pointer: pointerTo([...path, name]),
      code: 'unknown',
      message: `is not known here${suggestion(name, known)}`,
    }
}

const codeOf = (issue: Issue): string => (issue.message === REQUIRED ? 'required' : issue.code)

/** Whether the input is of another type or value than a union's branch altogether: then its issues say nothing useful. */
const isOtherType = (branch: Issue[]): boolean =>
  branch.every(({ code, path }) => (code === 'invalid_type' || code === 'invalid_value') && path.length === 0)

/** The branch of a union whose parsing got deepest: the one that the sender most likely meant. */
const closestBranch = (branches: Issue[][]): Issue[] =>
  branches.reduce((best, branch) => (depthOf(branch) > depthOf(best) ? branch : best))

/** How deep the deepest issue is; an input of another type than the branch is less deep than that. */
const depthOf = (issues: Issue[]): number =>
  issues.reduce(
    (deepest, { path, code }) =>
      Math.max(deepest, path.length - (code === 'invalid_type' && path.length === 0 ? 1 : 0)),
    Number.NEGATIVE_INFINITY,
  )

/** The member names that the schema has at a path, with which an unknown name is compared. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const def = schema._zod.def as z.core.$ZodTypeDef & Record<string, unknown>
  if (def.type === 'object') {
    const members = def.shape as Record<string, z.core.$ZodType>
    const [key, ...rest] = path
    if (key === undefined) return Object.keys(members)
    const member = members[String(key)]
    return member ? keysAt(member, rest) : []
  }
  if (def.type === 'array') return keysAt(def.element as z.core.$ZodType, path.slice(1))
  if (def.type === 'union') return (def.options as z.core.$ZodType[]).flatMap((option) => keysAt(option, path))
  const inner = def.innerType ?? def.in
  return inner ? keysAt(inner as z.core.$ZodType, path) : []
}

const REQUIRED = 'is required'

/** The message of an issue, worded to follow the name of the value. */
const messageOf: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return typeMessage(issue.expected, issue.input)
    case 'too_small':
      if (issue.minimum === 1 && issue.origin !== 'number') return 'must not be empty'
      return `must ${atLeast(issue.origin)} ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `must ${atMost(issue.origin)} ${issue.maximum}${unit(issue.origin)}`
    case 'invalid_value':
      if (issue.input === undefined) return REQUIRED
      return choice(issue.values, issue.input)
    case 'invalid_format':
      return formatMessage(issue.format)
    case 'invalid_union':
      if (issue.discriminator !== undefined)
        return choice(Array.isArray(issue.options) ? issue.options : [], valueAt(issue.input, issue.discriminator))
      return 'has none of the forms that are taken here'
    default:
      return 'is not valid'
  }
}

function typeMessage(expected: string, given: unknown): string {
  if (given === undefined) return REQUIRED
  return Array.isArray(given) ? `must be one value, ${withArticle(expected)}` : `must be ${withArticle(expected)}`
}

function formatMessage(format: string): string {
  if (format === 'datetime') return 'must be a time such as 2022-01-06T09:30:00Z'
  return `must be a valid ${format === 'regex' ? 'value' : format}`
}

/** The accepted values, and the one that was probably meant. */
function choice(values: readonly unknown[], given: unknown): string {
  const near = typeof given === 'string' ? suggestion(given, values.map(String)) : ''
  return `must be ${values.map((value) => JSON.stringify(value)).join(' or ')}${near}`
}

const valueAt = (input: unknown, name: string): unknown =>
  typeof input === 'object' && input !== null ? (input as Json)[name] : undefined

const withArticle = (noun: string) =>
  noun === 'int' ? 'a whole number' : `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
const atLeast = (origin: string) => (origin === 'number' || origin === 'int' ? 'be at least' : 'have at least')
const atMost = (origin: string) => (origin === 'number' || origin === 'int' ? 'be at most' : 'have at most')
const unit = (origin: string) => (origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '')
