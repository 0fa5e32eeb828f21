import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { writeContext } from '../access/write-context.ts'
import type { ArticleDeps } from '../articles/routes.ts'
import { Warning } from '../body/block.ts'
import { acceptNdjson, NDJSON, ndjsonOf } from '../http/ndjson.ts'
import { type ErrorTranslator, ProblemReply, problemJson, toProblem } from '../http/problems.ts'
import { exemptFromTimeout } from '../http/timeout-exemption.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Problem as Thrown } from '../lib/problem.ts'
import { booleanParameter } from '../lib/query-parameters.ts'
import { Id, Slug, Timestamp } from '../lib/schemas.ts'
import { groupsOf, limited, linesOf } from './lines.ts'
import { BulkLine, MAX_LINE } from './operations.ts'
import {
  type BulkContext,
  type LineResult,
  type PreparedLine,
  prepareLine,
  runDry,
  runGroup,
  runTogether,
} from './run.ts'

/** How much is read before any of it is done, where it is done together. */
const MAX_LINES_TOGETHER = 10_000
const MAX_BYTES_TOGETHER = 32 * 1024 * 1024
/** How many bytes of answers wait for a client that does not read them, before no more is done for it. */
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

An \`Idempotency-Key\` is not taken. To be able to send lines again, give what they create an \`externalId\` or a \`slug\`: the second time they are answered 409.`

/** Many operations in one request, line by line. */
export function registerBulk(
  server: FastifyInstance,
  { storage, clock, releases, mayBackdate, translate }: ArticleDeps & { translate: ErrorTranslator },
): void {
  server.register(async (scope) => {
    acceptNdjson(scope)
    scope.withTypeProvider<ZodTypes>().post(
      '/bulk',
      {
        config: { access: 'drafts:write' },
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
      async (request, reply) => {
        const { body, query, caller, log } = request
        if (request.headers['idempotency-key'] !== undefined)
          throw new Thrown('bad-request', 'an Idempotency-Key is not taken here: give what is created an externalId')
        exemptFromTimeout(request, reply)
        const run: BulkContext = {
          storage,
          caller,
          mayBackdate,
          writeContext: () => writeContext(request, clock),
          problemOf(error) {
            const problem = toProblem(error, translate)
            if (problem.type === 'internal') log.error({ err: error }, 'a line of a bulk request failed')
            return problem
          },
        }
        // Left early, the body is not destroyed, and the connection with it: there is an answer to send.
        const bytes: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false })
        const text = (outcomes: LineResult[]) => outcomes.map((outcome) => lineOf(outcome, request.id)).join('')
        reply.header('content-type', NDJSON)

        if (!query.atomic && !query.dryRun)
          return reply.send(Readable.from(answers(), { objectMode: false, highWaterMark: MAX_UNREAD })) as never

        try {
          const lines = await gathered(bytes, run)
          const outcomes = await (query.dryRun ? runDry : runTogether)(lines, run)
          return reply.send(text(outcomes)) as never
        } finally {
          body.resume()
          await releases.refresh()
        }

        async function* answers(): AsyncGenerator<string> {
          try {
            for await (const group of groupsOf(linesOf(bytes, MAX_LINE))) {
              const lines: PreparedLine[] = []
              for (const line of group) lines.push(await prepareLine(line, run))
              const outcomes = await runGroup(lines, run)
              // Nothing that is cached may outlive what a line has scheduled.
              await releases.refresh()
              yield text(outcomes)
            }
          } catch (error) {
            // A client that has gone is nobody's fault, and there is nobody to tell.
            if (!body.destroyed) throw error
          }
        }
      },
    )
  })
}

async function gathered(bytes: AsyncIterable<Buffer>, run: BulkContext): Promise<PreparedLine[]> {
  const lines: PreparedLine[] = []
  for await (const line of linesOf(limited(bytes, MAX_BYTES_TOGETHER), MAX_LINE)) {
    if (lines.length === MAX_LINES_TOGETHER)
      throw new Thrown('too-large', `the body has more than ${MAX_LINES_TOGETHER} lines`)
    lines.push(await prepareLine(line, run))
  }
  return lines
}

function lineOf({ line, ...outcome }: LineResult, instance: string): string {
  if ('problem' in outcome) {
    const { problem } = outcome
    return `{"line":${line},"status":${problem.status},"problem":${problemJson(problem, instance)}}\n`
  }
  const { warnings = [], ...done } = outcome
  return `${JSON.stringify({ line, ...done, ...(warnings.length > 0 && { warnings }) })}\n`
}
