import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import type { ArticleDeps } from '../articles/routes.ts'
import { Warning } from '../body/block.ts'
import { unauthenticated } from '../http/access.ts'
import { acceptNdjson, NDJSON, ndjsonOf } from '../http/ndjson.ts'
import { type ErrorTranslator, ProblemReply, problemJson, toProblem } from '../http/problems.ts'
import { onceClosed, type Sent, sendBody } from '../http/reply.ts'
import { exemptFromTimeout } from '../http/timeout-exemption.ts'
import type { ZodTypes } from '../http/validation.ts'
import type { OpenRequests } from '../keys/open-requests.ts'
import { Problem as Thrown } from '../lib/problem.ts'
import { booleanParameter } from '../lib/query-parameters.ts'
import { Id, Slug, Timestamp } from '../lib/schemas.ts'
import { BulkLine, MAX_LINE } from './line.ts'
import { groupsOf, limited, linesOf } from './lines.ts'
import {
  type BulkContext,
  type LineResult,
  type PreparedLine,
  prepareLine,
  runDry,
  runGroup,
  runTogether,
} from './run.ts'

/** The limits of a request whose lines are run together: all of them are read before. */
const MAX_LINES_TOGETHER = 10_000
const MAX_BYTES_TOGETHER = 32 * 1024 * 1024
/** How many bytes of results are buffered for a client that does not read them, before no more lines are run. */
const MAX_UNREAD = 4 * 1024 * 1024

const BulkQuery = z.strictObject({
  atomic: booleanParameter(`All lines or none: at most ${MAX_LINES_TOGETHER} lines and ${MAX_BYTES_TOGETHER} bytes.`),
  dryRun: booleanParameter(
    'Only say what would be done; nothing is stored. The limits of `atomic` apply, and `atomic` changes nothing.',
  ),
})

const BulkResult = z
  .object({
    line: z.int().meta({ description: 'The number of the line that it answers, from 1.' }),
    status: z.int().meta({ description: 'The status that the single request would be answered with.' }),
    id: Id.optional().meta({ description: 'The id of what it was done to.' }),
    slug: Slug.optional().meta({ description: 'The slug of what it was done to.' }),
    version: z.int().optional().meta({ description: 'The version it has then.' }),
    publishedAt: Timestamp.nullable().optional().meta({
      description: 'The date of publication, where the line gives the article one.',
    }),
    warnings: z.array(Warning).optional().meta({ description: 'What the sender should know of what was done.' }),
    problem: ProblemReply.optional().meta({
      description:
        'Why it was not done. Pointers lead into the line, its `body` included; at most 20 errors are listed.',
    }),
  })
  .meta({
    id: 'BulkResult',
    description: 'A line of the reply: the outcome of one operation.',
    examples: [
      { line: 1, status: 201, id: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d', slug: 'harbour-bridge-reopens', version: 1 },
    ],
  })

const description = `Takes lines of JSON (NDJSON), each an operation on its own (\`BulkLine\`), and answers each with a line (\`BulkResult\`), in order and while more come:

    {"op":"create","body":{"headline":"Harbour bridge reopens","externalId":"wire-1"},"publish":true}
    {"op":"update","resource":"authors","id":"ana-moreau","body":{"jobTitle":"Editor"}}
    {"op":"unpublish","id":"storm-closes-harbour"}

    {"line":1,"status":201,"id":"0190f4a1-…","slug":"harbour-bridge-reopens","version":1}
    {"line":2,"status":200,"id":"0190f4a0-…","slug":"ana-moreau","version":2}
    {"line":3,"status":409,"problem":{"type":"/problems/transition-not-allowed","status":409}}

Every line is checked as the single request is, the permissions of the key among it. A line that is refused, is not JSON or is longer than ${MAX_LINE} bytes harms no other. Empty lines are counted and not answered. There is no limit on how many lines come; read the answers while you send, since no more is taken from a client that leaves more than a few megabytes of them unread. If the connection breaks, the lines whose answers have not come may or may not have been done.

With \`atomic=true\` the lines are read first and then done together. If one fails, nothing is stored: the failing line has its own problem, and every other one the status 409 with the problem \`conflict\` and the detail \`not done: line N failed\`. With \`dryRun=true\` each line is answered as if it had been done, after those before it that can be; the ids of what would be created are not those it would get.

An \`Idempotency-Key\` is not taken. To be able to send lines again, give what they create an \`externalId\`, or as an editor a \`slug\`: the second time they are answered 409.`

type BulkDependencies = ArticleDeps & { translate: ErrorTranslator; openRequests: OpenRequests }

/** Many operations in one request, line by line. */
export function registerBulk(server: FastifyInstance, deps: BulkDependencies): void {
  server.register(async (scope) => {
    acceptNdjson(scope)
    scope.withTypeProvider<ZodTypes>().post(
      '/bulk',
      {
        config: { access: 'drafts:write', mayWait: true },
        schema: {
          operationId: 'bulk',
          summary: 'Run a bulk request',
          description,
          tags: ['Bulk'],
          querystring: BulkQuery,
          body: ndjsonOf(BulkLine),
          response: { 200: ndjsonOf(BulkResult) },
        },
      },
      (request, reply) => runBulk(deps, request, reply, { body: request.body, query: request.query }),
    )
  })
}

async function runBulk(
  { storage, clock, mayBackdate, bodyTasksOf, translate, openRequests }: BulkDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, query }: { body: Readable; query: z.output<typeof BulkQuery> },
): Promise<Sent> {
  if (request.headers['idempotency-key'] !== undefined)
    throw new Thrown('bad-request', 'an Idempotency-Key is not taken here: give what is created an externalId')
  exemptFromTimeout(request.raw, reply.raw)
  const context: BulkContext = {
    storage,
    caller: request.caller,
    mayBackdate,
    bodyTasksOf,
    newContext: () => writeContext(request, clock),
    problemOf(error) {
      const problem = toProblem(error, translate)
      if (problem.type === 'internal') request.log.error({ err: error }, 'a line of a bulk request failed')
      return problem
    },
  }
  // By default the end of the iteration would destroy the body, and with it the connection that the reply needs.
  const bytes: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false })
  const ndjson = (results: LineResult[]) => results.map((result) => lineOf(result, request.id)).join('')
  reply.header('content-type', NDJSON)
  const open = openRequests.watch(request)
  open.signal.addEventListener('abort', () => body.destroy())
  onceClosed(reply, open.stop)

  if (!query.atomic && !query.dryRun)
    return sendBody(reply, Readable.from(replyLines(), { objectMode: false, highWaterMark: MAX_UNREAD }))

  try {
    const lines = await readAll(bytes, context).catch((error: unknown) => {
      throw open.signal.aborted ? unauthenticated() : error
    })
    const results = await (query.dryRun ? runDry : runTogether)(lines, context)
    return sendBody(reply, ndjson(results))
  } finally {
    body.resume()
  }

  async function* replyLines(): AsyncGenerator<string> {
    try {
      for await (const group of groupsOf(linesOf(bytes, MAX_LINE))) {
        const lines: PreparedLine[] = []
        for (const line of group) lines.push(await prepareLine(line, context))
        if (open.signal.aborted) return
        const results = await runGroup(lines, context)
        yield ndjson(results)
      }
    } catch (error) {
      // The client has closed the connection.
      if (!body.destroyed) throw error
    }
  }
}

/** Prepares all lines. Throws `too-large`. */
async function readAll(bytes: AsyncIterable<Buffer>, context: BulkContext): Promise<PreparedLine[]> {
  const lines: PreparedLine[] = []
  for await (const line of linesOf(limited(bytes, MAX_BYTES_TOGETHER), MAX_LINE)) {
    if (lines.length === MAX_LINES_TOGETHER)
      throw new Thrown('too-large', `the body has more than ${MAX_LINES_TOGETHER} lines`)
    lines.push(await prepareLine(line, context))
  }
  return lines
}

function lineOf({ line, ...outcome }: LineResult, instance: string): string {
  if ('problem' in outcome) {
    const { problem } = outcome
    return `{"line":${line},"status":${problem.status},"problem":${problemJson(problem, instance)}}\n`
  }
  const { warnings = [], ...result } = outcome
  return `${JSON.stringify({ line, ...result, ...(warnings.length > 0 && { warnings }) })}\n`
}
