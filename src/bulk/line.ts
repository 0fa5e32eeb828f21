/** A line of a bulk request: its schema, and how it is read. */
import * as z from 'zod'
import { ArticlePatch, NewArticle } from '../articles/schemas.ts'
import type { BodyTasks } from '../body-tasks/tasks.ts'
import { isLargeJson, parseSmallJson } from '../http/json-body.ts'
import { asValidated, parseBody } from '../http/validation.ts'
import { Problem } from '../lib/problem.ts'

/** Longest line, in bytes. */
export const MAX_LINE = 2 * 1024 * 1024

export const BulkLine = z
  .strictObject({
    op: z.enum(['create', 'update', 'publish', 'unpublish', 'delete']).meta({
      description: 'What to do; `publish` and `unpublish` are for articles.',
    }),
    resource: z
      .enum(['articles', 'authors', 'sources', 'sections', 'tags', 'media'])
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
    const addIssue = (name: string, message: string, code: string) =>
      issues.push({ code: 'custom', message, path: [name], input: undefined, params: { code } })
    const saves = op === 'create' || op === 'update'
    if (!(saves || op === 'delete' || resource === 'articles')) addIssue('op', 'is for articles only', 'invalid_value')
    if (op === 'create' && id !== undefined)
      addIssue('id', 'is not taken by create: the service creates ids', 'unknown')
    if (op !== 'create' && id === undefined) addIssue('id', 'is required', 'required')
    if (publish !== undefined && !(saves && resource === 'articles'))
      addIssue('publish', 'is for create and update of articles only', 'unknown')
    else if (publish === 'changes' && op === 'create') addIssue('publish', 'is true or false', 'invalid_value')
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

/** Parses and validates a line, a large one in a thread. Throws `too-large`, `bad-request` or `validation`. */
export async function readLine(
  bytes: Buffer | undefined,
  { readRequest }: Pick<BodyTasks, 'readRequest'>,
): Promise<BulkLine> {
  if (bytes === undefined) throw new Problem('too-large', `the line is longer than ${MAX_LINE} bytes`)
  if (!isLargeJson(bytes)) return parseBody(BulkLine, parseSmallJson(bytes))
  const line = (await readRequest(bytes, { module: import.meta.url, name: readBulkLine.name })) as BulkLine
  if (schemaOf(line) === undefined) return parseBody(BulkLine, parseSmallJson(bytes))
  if (line.body) asValidated(line.body)
  return line
}

/** Validates a line, and with it the article that it has. */
export function readBulkLine(value: unknown): BulkLine {
  const line = parseBody(BulkLine, value)
  const schema = schemaOf(line)
  return schema === undefined ? line : { ...line, body: parseBodyOf(schema, line.body) }
}

const schemas = { create: NewArticle, update: ArticlePatch }

/** The schema of the article that a line saves. */
const schemaOf = ({ op, resource }: BulkLine): z.ZodType<object> | undefined =>
  resource === 'articles' && (op === 'create' || op === 'update') ? schemas[op] : undefined

/** The body of a line; the pointers of a problem are those of the line. */
function parseBodyOf(schema: z.ZodType<object>, body: unknown): { [name: string]: unknown } {
  try {
    return { ...parseBody(schema, body) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const errors = error.errors.map((one) => ({ ...one, pointer: `/body${one.pointer}` }))
    throw new Problem(error.type, error.message, { errors })
  }
}
