import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../access/roles.ts'
import { type WriteContext, writeContext } from '../access/write-context.ts'
import { requireAdmin } from '../http/access.ts'
import { ConditionalHeaders, DeletionQuery, NoContent } from '../http/common-schemas.ts'
import { ifMatch } from '../http/conditional-requests.ts'
import { ProblemReply } from '../http/problems.ts'
import { sendNoContent } from '../http/reply.ts'
import type { ZodTypes } from '../http/validation.ts'
import { Idempotent, type IdempotentRun } from '../idempotency/idempotency.ts'
import type { Clock } from '../lib/clock.ts'
import type { Reader, Storage, Writer } from '../storage/storage.ts'
import type { EntryInput, EntryKind, EntryRow } from './entry.ts'
import { capitalized, withArticle } from './noun.ts'
import { findEntry } from './store.ts'
import { deleteEntry, invalidReassignTarget, restoreEntry } from './trash.ts'

export interface DeletionDeps {
  storage: Storage
  clock: Clock
  idempotent: IdempotentRun
  /** Makes the articles that refer to entry `from` refer to entry `to`. */
  reassign: (tx: Writer, noun: string, from: string, to: string, context: WriteContext) => Promise<void>
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
  { storage, clock, idempotent, reassign }: DeletionDeps,
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
        description: `Moves the ${noun} to the trash. That is 409 while anything refers to it; with \`reassignTo\` its articles refer to another from then on.`,
        tags,
        params: One,
        headers: ConditionalHeaders,
        querystring: DeleteQuery,
        response: { 204: NoContent, 422: ProblemReply },
      },
    },
    async (request, reply) => {
      const { permanent, reassignTo } = request.query
      if (permanent) requireAdmin(request.caller)
      const context = writeContext(request, clock)
      const reassignArticles = async (tx: Writer, row: Row) => {
        if (reassignTo === undefined) return undefined
        const other = await findEntry<Row>(tx, kind, reassignTo)
        const { id } = row
        if (!other || other.id === id || kind.mayReplace?.(row, other) === false)
          throw invalidReassignTarget(noun, reassignTo)
        await reassign(tx, noun, id, other.id, context)
        return other.id
      }
      const options = { permanent, check: ifMatch(request), reassign: reassignArticles }
      await storage.transaction((tx) => deleteEntry(tx, kind, referenceIn(request.params), options, context))
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
