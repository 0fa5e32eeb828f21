import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../access/roles.ts'
import { writeContext } from '../access/write-context.ts'
import { requireAdmin } from '../http/access.ts'
import { ConditionalHeaders, DeletionQuery, NoContent } from '../http/common-schemas.ts'
import { ifMatch } from '../http/conditional-requests.ts'
import { ProblemReply } from '../http/problems.ts'
import { sendNoContent } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import { JobReply } from '../jobs/schemas.ts'
import { presentJob } from '../jobs/store.ts'
import type { Reader } from '../storage/storage.ts'
import type { EntryInput, EntryKind, EntryRow } from './entry.ts'
import { capitalized, withArticle } from './noun.ts'
import { type ReplacementDeps, replaceEntry } from './replace.ts'
import { deleteEntry, restoreEntry } from './trash.ts'

export interface DeletionDeps extends ReplacementDeps {
  idempotent: IdempotentRun
}

const DeleteQuery = DeletionQuery.extend({
  reassignTo: z
    .string()
    .max(1_500)
    .optional()
    .meta({ description: 'The id or slug of another: articles refer to that instead, and the slugs lead there.' }),
})

/** Registers deletion and restoring of one kind of entry. `One` is the schema of the path, `View` of the reply, which `view` gives. */
export function registerDeletion<Row extends EntryRow, Input extends EntryInput>(
  server: FastifyInstance,
  kind: EntryKind<Row, Input>,
  deps: DeletionDeps,
  {
    One,
    View,
    view,
  }: {
    One: z.ZodObject<Record<string, z.ZodString>>
    View: z.ZodType
    view: (db: Reader, row: Row, caller: Caller) => Promise<unknown>
  },
): void {
  const { storage, clock, idempotent } = deps
  const app = server.withTypeProvider<ZodTypes>()
  const { noun, plural, title } = kind
  const path = `/${plural}`
  const tags = [capitalized(plural)]
  const referenceIn = (params: Record<string, string>) => params[noun] ?? ''

  app.delete(
    `${path}/:${noun}`,
    {
      config: { access: 'content:write' },
      schema: {
        operationId: `delete${title}`,
        summary: `Delete ${withArticle(noun)}`,
        description: `Moves the ${noun} to the trash. That is 409 while anything refers to it; with \`reassignTo\` its articles refer to another from then on. If these are more than a hundred, that is a job: 202.`,
        tags,
        params: One,
        headers: ConditionalHeaders,
        querystring: DeleteQuery,
        response: { 202: JobReply, 204: NoContent, 422: ProblemReply },
      },
    },
    async (request, reply) => {
      const { permanent, reassignTo } = request.query
      if (permanent) requireAdmin(request.caller)
      const context = writeContext(request, clock)
      const reference = referenceIn(request.params)
      const options = { permanent, check: ifMatch(request) }
      if (reassignTo === undefined)
        await storage.transaction((tx) => deleteEntry<Row, Input>(tx, kind, reference, options, context))
      else {
        const job = await replaceEntry<Row, Input>(deps, kind, { ...options, reference, reassignTo }, context)
        if (job) return reply.code(202).header('location', `/v1/jobs/${job.id}`).send(presentJob(job)) as never
      }
      return sendNoContent(reply)
    },
  )

  app.post(
    `${path}/:${noun}/restore`,
    {
      config: { access: 'content:write' },
      schema: {
        operationId: `restore${title}`,
        summary: `Restore ${withArticle(noun)}`,
        description: `Brings the ${noun} back from the trash.`,
        tags,
        params: One,
        headers: Idempotent,
        response: { 200: View },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const row = await restoreEntry(tx, kind, referenceIn(request.params), writeContext(request, clock))
        return { status: 200, version: row.version, body: await view(tx, row, request.caller) }
      }) as never,
  )
}
