/** Runs the lines of a bulk request: in groups, in one transaction, or as a dry run. Each has one result, in order. */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { Caller } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { dryRun } from '../articles/lifecycle/dry-run.ts'
import { Problem } from '../lib/problem.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import { type BulkLine, readLine } from './line.ts'
import type { Line } from './lines.ts'
import { type Operation, type OperationDeps, type OperationResult, operationOf } from './operations.ts'

/** What the lines of one request are run with. */
export interface BulkContext extends OperationDeps {
  storage: Storage
  caller: Caller
  /** The context of a new transaction. */
  newContext(): WriteContext
  /** The problem that an error is answered with. */
  problemOf(error: unknown): Problem
}

/** The result of a line. */
export type LineResult = { line: number } & ({ problem: Problem } | ({ status: number } & OperationResult))

/** A line that is ready to run, or was refused before that. */
export type PreparedLine = { line: number } & ({ problem: Problem } | { operation: Operation })
type ReadyLine = Extract<PreparedLine, { operation: Operation }>

/** Limits of the problem of one line: ten thousand lines with a thousand errors each would not fit into memory. */
const MAX_ERRORS = 20
const MAX_DETAIL = 1_000

/** Parses a line, and does what can be done outside of a transaction. */
export async function prepareLine({ number, bytes }: Line, context: BulkContext): Promise<PreparedLine> {
  const { caller, problemOf, bodyTasksOf } = context
  // Converting a body can take long: other requests run in between.
  await yieldToEventLoop()
  let line: BulkLine
  try {
    line = await readLine(bytes, bodyTasksOf(caller))
  } catch (error) {
    return { line: number, problem: shortened(problemOf(error)) }
  }
  try {
    return { line: number, operation: await operationOf(line, caller, context) }
  } catch (error) {
    return { line: number, problem: inBody(problemOf(error)) }
  }
}

/**
 * Runs a group of lines in one transaction; if one fails, each in a transaction of its own, so that it does not affect
 * the others. An error that no line has caused, as of the database, is the result of all.
 */
export async function runGroup(lines: PreparedLine[], context: BulkContext): Promise<LineResult[]> {
  const ready = lines.filter(isReady)
  const results = new Map((await resultsOf(ready, context)).map((result) => [result.line, result]))
  return lines.flatMap((one) => ('problem' in one ? one : (results.get(one.line) ?? [])))
}

async function resultsOf(ready: ReadyLine[], context: BulkContext): Promise<LineResult[]> {
  if (ready.length === 0) return []
  try {
    return await context.storage.transaction((tx) => runAll(tx, ready, context))
  } catch (error) {
    const problem = error instanceof LineFailed ? inBody(error.problem) : context.problemOf(error)
    if (!(error instanceof LineFailed) || ready.length === 1) return ready.map(({ line }) => ({ line, problem }))
  }
  const results: LineResult[] = []
  for (const one of ready) results.push(...(await resultsOf([one], context)))
  return results
}

/** Runs all lines in one transaction, or none. Throws errors that no line has caused. */
export async function runTogether(lines: PreparedLine[], context: BulkContext): Promise<LineResult[]> {
  try {
    const refused = lines.find((one) => 'problem' in one)
    if (refused) throw new LineFailed(refused.line, refused.problem)
    return await context.storage.transaction((tx) => runAll(tx, lines.filter(isReady), context))
  } catch (error) {
    if (!(error instanceof LineFailed)) throw error
    if (error.problem.status >= 500) throw error.problem
    const notDone = new Problem('conflict', `not done: line ${error.line} failed`)
    return lines.map((one) => {
      if ('problem' in one) return one
      return { line: one.line, problem: one.line === error.line ? inBody(error.problem) : notDone }
    })
  }
}

/** Runs the lines and rolls everything back. What a failed line has written is rolled back before the next one. */
export function runDry(lines: PreparedLine[], context: BulkContext): Promise<LineResult[]> {
  const { storage } = context
  return dryRun(storage, async (tx) => {
    const writeContext = context.newContext()
    const results: LineResult[] = []
    for (const one of lines) {
      const attempt = (ready: ReadyLine) => storage.attempt(tx, (inner) => runOne(inner, ready, writeContext, context))
      results.push('problem' in one ? one : await attempt(one).catch(refusedLine))
    }
    return results
  })
}

/** The result of a line that failed in a savepoint. Throws for an error of the engine: the transaction may be unusable. */
function refusedLine(error: unknown): LineResult {
  if (!(error instanceof LineFailed)) throw error
  if (error.problem.status >= 500) throw error.problem
  return { line: error.line, problem: inBody(error.problem) }
}

async function runAll(tx: Writer, ready: ReadyLine[], context: BulkContext): Promise<LineResult[]> {
  const writeContext = context.newContext()
  const results: LineResult[] = []
  for (const one of ready) {
    results.push(await runOne(tx, one, writeContext, context))
  }
  return results
}

async function runOne(
  tx: Writer,
  { line, operation }: ReadyLine,
  writeContext: WriteContext,
  { problemOf }: BulkContext,
): Promise<LineResult> {
  // SQLite is synchronous: without this, no other request would run until all lines are done.
  await yieldToEventLoop()
  try {
    return { line, status: operation.status, ...(await operation.run(tx, writeContext)) }
  } catch (error) {
    throw new LineFailed(line, problemOf(error))
  }
}

/** A line failed in a transaction. */
class LineFailed extends Error {
  readonly line: number
  readonly problem: Problem
  constructor(line: number, problem: Problem) {
    super(`line ${line} failed`)
    this.line = line
    this.problem = problem
  }
}

const isReady = (one: PreparedLine): one is ReadyLine => 'operation' in one

/** The problem with its pointers into the body of a request changed to pointers into the line. */
const inBody = (problem: Problem): Problem =>
  shortened(problem, (error) => (error.in === 'body' ? { ...error, pointer: `/body${error.pointer}` } : error))

function shortened(
  { type, message, errors, extensions: more, headers }: Problem,
  placed: (error: Problem['errors'][number]) => Problem['errors'][number] = (error) => error,
): Problem {
  const detail = message.length > MAX_DETAIL ? `${message.slice(0, MAX_DETAIL)}…` : message
  return new Problem(type, detail, { errors: errors.slice(0, MAX_ERRORS).map(placed), extensions: more, headers })
}
