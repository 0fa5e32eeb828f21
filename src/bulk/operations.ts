/** The operation of a line: parsed, and prepared outside of a transaction, to be run in one. */
import * as z from 'zod'
import type { Caller } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import {
  type ArticleCommand,
  createCommand,
  patchCommand,
  publishScope,
  requirePublisher,
} from '../articles/commands.ts'
import { runTransition, transitions } from '../articles/lifecycle/transitions.ts'
import { trash } from '../articles/lifecycle/trash.ts'
import { warningsOf } from '../articles/presenter.ts'
import type { ArticleDeps } from '../articles/routes.ts'
import { ArticlePatch, NewArticle } from '../articles/schemas.ts'
import { findArticle } from '../articles/store.ts'
import type { Warning } from '../body/block.ts'
import { authorKind } from '../catalogue/authors.ts'
import type { EntryInput, EntryKind, EntryRow } from '../catalogue/entry.ts'
import { sectionKind } from '../catalogue/sections.ts'
import { sourceKind } from '../catalogue/sources.ts'
import * as entries from '../catalogue/store.ts'
import { tagKind } from '../catalogue/tags.ts'
import { deleteEntry } from '../catalogue/trash.ts'
import { requirePermission } from '../http/access.ts'
import { parseBody } from '../http/validation.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { Problem } from '../lib/problem.ts'
import { mediaKind } from '../media/kind.ts'
import type { Writer } from '../storage/storage.ts'
import type { BulkLine } from './line.ts'

/** A prepared operation. */
export interface Operation {
  /** The status of the reply to the same single request. */
  status: number
  run(tx: Writer, context: WriteContext): Promise<OperationResult>
}

/** The resource after an operation, as the result of a line shows it. */
export interface OperationResult {
  id: string
  slug: string
  version: number
  /** The date that the article has, if the line sets it. */
  publishedAt?: string | null
  warnings?: Warning[]
}

/** What operations on articles need. */
export type OperationDeps = Pick<ArticleDeps, 'mayBackdate' | 'bodyTasksOf'>

/** Prepares the operation of a line. Throws the problems of the same single request, `forbidden` among them. */
export async function operationOf(line: BulkLine, caller: Caller, deps: OperationDeps): Promise<Operation> {
  switch (line.resource) {
    case 'articles':
      return articleOperation(line, caller, deps)
    case 'authors':
      return entryOperation(authorKind, line, caller)
    case 'sources':
      return entryOperation(sourceKind, line, caller)
    case 'sections':
      return entryOperation(sectionKind, line, caller)
    case 'tags':
      return entryOperation(tagKind, line, caller)
    case 'media':
      return entryOperation(mediaKind, line, caller)
  }
}

async function articleOperation(
  line: BulkLine,
  caller: Caller,
  { mayBackdate, bodyTasksOf }: OperationDeps,
): Promise<Operation> {
  const { op, id = '', body, publish = false } = line
  if (publish) requirePublisher(caller)
  if (op === 'create') {
    const input = parseBody(NewArticle, body)
    const isLive = publish === true
    return commandOperation(201, input, await createCommand(input, { isLive, mayBackdate, ...bodyTasksOf(caller) }))
  }
  if (op === 'update') {
    const patch = parseBody(ArticlePatch, body)
    const options = { publishScope: publishScope[`${publish}`], mayBackdate, ...bodyTasksOf(caller) }
    return commandOperation(200, patch, await patchCommand(id, patch, options))
  }
  requirePermission(caller, 'content:write')
  if (op === 'delete') {
    parseBody(NoBody, body)
    return {
      status: 204,
      run: async (tx, context) => resultOf(await trash(tx, await findArticle(tx, id, caller), context)),
    }
  }
  const transition = transitions.find(({ name }) => name === op)
  if (!transition) throw new Error(`there is no transition ${op}`)
  const input = parseBody(transition.body, body)
  return {
    status: 200,
    async run(tx, context) {
      const saved = await runTransition(transition, tx, await findArticle(tx, id, caller), input, context)
      return { ...resultOf(saved.row), warnings: warningsOf(saved) }
    },
  }
}

const resultOf = ({ id, slug, version }: OperationResult): OperationResult => ({ id, slug, version })

/** The operation that runs a command; its result has the `publishedAt` of the article if the line sets it. */
const commandOperation = (status: number, { publishedAt }: ArticlePatch, { run }: ArticleCommand): Operation => ({
  status,
  async run(tx, context) {
    const saved = await run(tx, context)
    const { row } = saved
    return { ...resultOf(row), warnings: warningsOf(saved), ...(publishedAt && { publishedAt: row.publishedAt }) }
  },
})

function entryOperation<Row extends EntryRow, Input extends EntryInput>(
  kind: EntryKind<Row, Input>,
  { op, id = '', body }: BulkLine,
  caller: Caller,
): Operation {
  requirePermission(caller, 'content:write')
  if (op === 'create') {
    if (kind.isUploaded) throw new Problem('bad-request', `${kind.plural} are created by POST /v1/${kind.plural} alone`)
    const input = parseBody(kind.Input, body)
    return { status: 201, run: async (tx, context) => resultOf(await entries.createEntry(tx, kind, input, context)) }
  }
  if (op === 'update') {
    const patch = parseBody(kind.Patch, body) as Json
    const change = (before: Row) => parseBody(kind.Input, mergePatch({ ...kind.inputOf(before) } as Json, patch))
    return {
      status: 200,
      run: async (tx, context) => resultOf(await entries.updateEntry(tx, kind, id, change, context)),
    }
  }
  parseBody(NoBody, body)
  return {
    status: 204,
    async run(tx, context) {
      return resultOf(await deleteEntry<Row, Input>(tx, kind, id, { permanent: false, check: () => {} }, context))
    },
  }
}

type Json = Record<string, unknown>

/** The body of an operation that takes none. */
const NoBody = z.strictObject({}).optional()
