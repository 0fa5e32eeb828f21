/** What a line asks for: read from its bytes, prepared outside of a transaction, and then ready to be done in one. */
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
import { runTransition, transitions } from '../articles/lifecycle/routes.ts'
import { trash } from '../articles/lifecycle/trash.ts'
import type { MayBackdate } from '../articles/publication-dates.ts'
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
import { parseJson } from '../http/json-body.ts'
import { parseBody } from '../http/validation.ts'
import { mergePatch } from '../lib/merge-patch.ts'
import { Problem } from '../lib/problem.ts'
import type { Writer } from '../storage/storage.ts'

/** Longest line, in bytes. */
export const MAX_LINE = 2 * 1024 * 1024

export const BulkLine = z
  .strictObject({
    op: z.enum(['create', 'update', 'publish', 'unpublish', 'delete']).meta({
      description: 'What to do; `publish` and `unpublish` are for articles.',
    }),
    resource: z
      .enum(['articles', 'authors', 'sources', 'sections', 'tags'])
      .default('articles')
      .meta({ description: 'What to do it to.' }),
    id: z.string().min(1).max(1_500).optional().meta({
      description: 'The id or slug, or the path of a section; for all but `create`.',
    }),
    body: z.looseObject({}).optional().meta({
      description:
        'What the body of the single request would be: `NewArticle`, `ArticlePatch`, `Publication`, `Note`, `NewAuthor`, `AuthorPatch` and so on; none for `delete`.',
    }),
    publish: z
      .union([z.boolean(), z.literal('changes')], { error: 'must be true, false or "changes"' })
      .optional()
      .meta({
        description:
          'Publish in the same operation; for editors, and for `create` and `update` of articles. `changes` is for `update`: only what the line changes goes live.',
      }),
  })
  .check(({ value: { op, resource, id, publish }, issues }) => {
    const fault = (name: string, message: string, code: string) =>
      issues.push({ code: 'custom', message, path: [name], input: undefined, params: { code } })
    const saves = op === 'create' || op === 'update'
    if (!(saves || op === 'delete' || resource === 'articles')) fault('op', 'is for articles only', 'invalid_value')
    if (op === 'create' && id !== undefined) fault('id', 'is not taken by create: ids are made here', 'unknown')
    if (op !== 'create' && id === undefined) fault('id', 'is required', 'required')
    if (publish !== undefined && !(saves && resource === 'articles'))
      fault('publish', 'is for create and update of articles only', 'unknown')
    else if (publish === 'changes' && op === 'create') fault('publish', 'is true or false', 'invalid_value')
  })
  .meta({
    id: 'BulkLine',
    description: 'A line of a bulk request: one operation.',
    examples: [
      { op: 'create', body: { headline: 'Harbour bridge reopens', externalId: 'wire-1' }, publish: true },
      { op: 'update', resource: 'authors', id: 'ana-moreau', body: { jobTitle: 'Editor' } },
    ],
  })
export type BulkLine = z.output<typeof BulkLine>

/** What a line is ready to do. */
export interface Operation {
  /** The status that the single request is answered with. */
  status: number
  /** Does it; gives what it was done to. */
  run(tx: Writer, act: WriteContext): Promise<OperationResult>
}

/** What an operation was done to, as the answer to a line tells it. */
export interface OperationResult {
  id: string
  slug: string
  version: number
  /** Of an article whose line gives it: the date it bears. */
  publishedAt?: string | null
  warnings?: Warning[]
}

/** The line that the bytes spell; throws a problem that says where the line is at fault. */
export function readLine(bytes: Buffer | undefined): BulkLine {
  if (bytes === undefined) throw new Problem('too-large', `the line is longer than ${MAX_LINE} bytes`)
  return parseBody(BulkLine, parseJson(bytes))
}

/** What the line asks for, if the caller may; throws the problem that the single request is refused with. */
export async function operationOf(line: BulkLine, caller: Caller, mayBackdate: MayBackdate): Promise<Operation> {
  switch (line.resource) {
    case 'articles':
      return ofArticle(line, caller, mayBackdate)
    case 'authors':
      return ofEntry(authorKind, line, caller)
    case 'sources':
      return ofEntry(sourceKind, line, caller)
    case 'sections':
      return ofEntry(sectionKind, line, caller)
    case 'tags':
      return ofEntry(tagKind, line, caller)
  }
}

async function ofArticle(line: BulkLine, caller: Caller, mayBackdate: MayBackdate): Promise<Operation> {
  const { op, id = '', body, publish = false } = line
  if (publish) requirePublisher(caller)
  if (op === 'create') {
    const input = parseBody(NewArticle, body)
    return saving(201, input, await createCommand(input, { isLive: publish === true, mayBackdate }))
  }
  if (op === 'update') {
    const patch = parseBody(ArticlePatch, body)
    return saving(200, patch, await patchCommand(id, patch, { publishScope: publishScope[`${publish}`], mayBackdate }))
  }
  requirePermission(caller, 'content:write')
  if (op === 'delete') {
    parseBody(NoBody, body)
    return { status: 204, run: async (tx, act) => doneTo(await trash(tx, await findArticle(tx, id, caller), act)) }
  }
  const transition = transitions.find(({ name }) => name === op)
  if (!transition) throw new Error(`there is no transition ${op}`)
  const input = parseBody(transition.body, body)
  return {
    status: 200,
    run: async (tx, act) => doneTo(await runTransition(transition, tx, await findArticle(tx, id, caller), input, act)),
  }
}

const doneTo = ({ id, slug, version }: OperationResult): OperationResult => ({ id, slug, version })

/** A save of an article; where it gives a date, the answer has the one that the article bears. */
const saving = (status: number, { publishedAt }: ArticlePatch, { run }: ArticleCommand): Operation => ({
  status,
  async run(tx, act) {
    const { row, warnings } = await run(tx, act)
    return { ...doneTo(row), warnings, ...(publishedAt && { publishedAt: row.publishedAt }) }
  },
})

function ofEntry<Row extends EntryRow, Input extends EntryInput>(
  kind: EntryKind<Row, Input>,
  { op, id = '', body }: BulkLine,
  caller: Caller,
): Operation {
  requirePermission(caller, 'content:write')
  if (op === 'create') {
    const input = parseBody(kind.Input, body)
    return { status: 201, run: async (tx, act) => doneTo(await entries.createEntry(tx, kind, input, act)) }
  }
  if (op === 'update') {
    const patch = parseBody(kind.Patch, body) as Json
    const change = (before: Row) => parseBody(kind.Input, mergePatch({ ...kind.inputOf(before) } as Json, patch))
    return { status: 200, run: async (tx, act) => doneTo(await entries.updateEntry(tx, kind, id, change, act)) }
  }
  parseBody(NoBody, body)
  return {
    status: 204,
    async run(tx, act) {
      return doneTo(await deleteEntry<Row, Input>(tx, kind, id, { permanent: false, check: () => {} }, act))
    },
  }
}

type Json = Record<string, unknown>

/** What is sent with an operation that takes nothing. */
const NoBody = z.strictObject({}).optional()
