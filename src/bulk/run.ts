/** The lines of a bulk request, done: group by group, all or none, or as a rehearsal. Each has one outcome, in order. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Caller } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { dryRun } from '../articles/lifecycle/dry-run.ts'
import type { MayBackdate } from '../articles/publication-dates.ts'
import { Problem } from '../lib/problem.ts'
import type { Storage, Writer } from '../storage/storage.ts'
import type { Line } from './lines.ts'
import { type Operation, type OperationResult, operationOf, readLine } from './operations.ts'

/** What the lines of one request are done with. */
export interface BulkContext {
  storage: Storage
  caller: Caller
  mayBackdate: MayBackdate
  /** Who does it, and when: asked anew for each transaction. */
  writeContext(): WriteContext
  /** The problem that a fault is. */
  problemOf(error: unknown): Problem
}

/** What became of a line. */
export type LineResult = { line: number } & ({ problem: Problem } | ({ status: number } & OperationResult))

/** A line that is ready to be done, or refused before that. */
export type PreparedLine = { line: number } & ({ problem: Problem } | { operation: Operation })
type Ready = Extract<PreparedLine, { operation: Operation }>

/** How many errors of one line are told: ten thousand lines of a thousand faults each would not fit. */
const MAX_ERRORS = 20
const MAX_DETAIL = 1_000

/** Reads what a line asks for, and does what can be done outside of a transaction. */
export async function prepareLine(
  { number, bytes }: Line,
  { caller, mayBackdate, problemOf }: BulkContext,
): Promise<PreparedLine> {
  // A long text takes its time to convert: in between others get their turn.
  await turn()
  let line: ReturnType<typeof readLine>
  try {
    line = readLine(bytes)
  } catch (error) {
    return { line: number, problem: brief(problemOf(error)) }
  }
  try {
    return { line: number, operation: await operationOf(line, caller, mayBackdate) }
  } catch (error) {
    return { line: number, problem: inBody(problemOf(error)) }
  }
}

/**
 * Does the lines in one transaction; if one fails, each in a transaction of its own, so that it harms no other. What
 * fails without a line being at fault, as a database that cannot be written to, fails for all.
 */
export async function runGroup(lines: PreparedLine[], run: BulkContext): Promise<LineResult[]> {
  const ready = lines.filter(isReady)
  const done = new Map((await outcomesOf(ready, run)).map((outcome) => [outcome.line, outcome]))
  return lines.flatMap((one) => ('problem' in one ? one : (done.get(one.line) ?? [])))
}

async function outcomesOf(ready: Ready[], run: BulkContext): Promise<LineResult[]> {
  if (ready.length === 0) return []
  try {
    return await run.storage.transaction((tx) => runAll(tx, ready, run))
  } catch (error) {
    const fault = error instanceof LineFailed ? inBody(error.problem) : run.problemOf(error)
    if (!(error instanceof LineFailed) || ready.length === 1) return ready.map(({ line }) => ({ line, problem: fault }))
  }
  const outcomes: LineResult[] = []
  for (const one of ready) outcomes.push(...(await outcomesOf([one], run)))
  return outcomes
}

/** Does all the lines in one transaction, or none. Throws what is no line's fault. */
export async function runTogether(lines: PreparedLine[], run: BulkContext): Promise<LineResult[]> {
  try {
    const refused = lines.find((one) => 'problem' in one)
    if (refused) throw new LineFailed(refused.line, refused.problem)
    return await run.storage.transaction((tx) => runAll(tx, lines.filter(isReady), run))
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

/** Does the lines and takes everything back. A line that fails leaves no trace for those after it. */
export function runDry(lines: PreparedLine[], run: BulkContext): Promise<LineResult[]> {
  const { storage } = run
  return dryRun(storage, async (tx) => {
    const act = run.writeContext()
    const outcomes: LineResult[] = []
    for (const one of lines)
      if ('problem' in one) outcomes.push(one)
      else {
        try {
          outcomes.push(await storage.attempt(tx, (inner) => runOne(inner, one, act, run)))
        } catch (error) {
          // After a fault of the engine there may be no transaction left that could be taken back.
          if (!(error instanceof LineFailed)) throw error
          if (error.problem.status >= 500) throw error.problem
          outcomes.push({ line: one.line, problem: inBody(error.problem) })
        }
      }
    return outcomes
  })
}

async function runAll(tx: Writer, ready: Ready[], run: BulkContext): Promise<LineResult[]> {
  const act = run.writeContext()
  const outcomes: LineResult[] = []
  for (const one of ready) {
    outcomes.push(await runOne(tx, one, act, run))
  }
  return outcomes
}

async function runOne(
  tx: Writer,
  { line, operation }: Ready,
  writeContext: WriteContext,
  { problemOf }: BulkContext,
): Promise<LineResult> {
  // SQLite answers without a turn of the event loop: without this one, nobody could read until all lines are done.
  await turn()
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

const isReady = (one: PreparedLine): one is Ready => 'operation' in one

/** The problem of a single request's body, with its pointers leading into the line. */
const inBody = (problem: Problem): Problem =>
  brief(problem, (error) => (error.in === 'body' ? { ...error, pointer: `/body${error.pointer}` } : error))

function brief(
  { type, message, errors, extensions: more, headers }: Problem,
  placed: (error: Problem['errors'][number]) => Problem['errors'][number] = (error) => error,
): Problem {
  const detail = message.length > MAX_DETAIL ? `${message.slice(0, MAX_DETAIL)}…` : message
  return new Problem(type, detail, { errors: errors.slice(0, MAX_ERRORS).map(placed), extensions: more, headers })
}
