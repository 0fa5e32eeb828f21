import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import type { Caller } from '../../access/roles.ts'
import { writeContext } from '../../access/write-context.ts'
import { Article, ByArticle } from '../../editions/article.ts'
import { actor } from '../../editions/article-parts.ts'
import { ConditionalHeaders, NoQuery } from '../../http/common-schemas.ts'
import { ifMatch } from '../../http/conditional-requests.ts'
import { listOf, pageParameters, pageRequest } from '../../http/pagination.ts'
import type { ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { integerParameter } from '../../lib/query-parameters.ts'
import { Timestamp } from '../../lib/schemas.ts'
import type { Reader } from '../../storage/storage.ts'
import { requireOwnSubItems } from '../ownership.ts'
import { presentArticle, presentSaved } from '../presenter.ts'
import type { ArticleDeps } from '../routes.ts'
import { type ArticleRow, findArticle, saveIfChanged } from '../store.ts'
import { fieldChanges, RevisionDiff } from './diff.ts'
import { withPresentReferences } from './present-references.ts'
import { listRevisions, readRevision } from './store.ts'

const revisionParameter = (description: string) => integerParameter(1, Number.MAX_SAFE_INTEGER, description)
const ByRevision = ByArticle.extend({
  revision: revisionParameter('The number of the revision.'),
})

const Revision = z
  .object({
    number: z.int().meta({ description: 'The number of the revision, from 1.', examples: [3] }),
    at: Timestamp.meta({ description: 'When it was saved.' }),
    actor: z.object(actor).meta({ description: 'The key that saved it.' }),
    note: z
      .string()
      .nullable()
      .meta({ description: 'Why it was saved.', examples: ['Checked with the harbour office.'] }),
    published: z.boolean().meta({ description: 'Whether it was ever live.' }),
  })
  .meta({ id: 'Revision', description: 'A save of a working copy.' })

const RevisionWithArticle = Revision.extend({
  article: Article.meta({ description: 'The article as the revision has it.' }),
}).meta({
  id: 'RevisionWithArticle',
  description: 'A revision with the article as it was then.',
})

const tags = ['Revisions']

/** The revisions of an article: listed, read, compared, restored. */
export function registerRevisions(
  server: FastifyInstance,
  { storage, clock, idempotent, bodyTasksOf }: ArticleDeps,
): void {
  const app = server.withTypeProvider<ZodTypes>()

  app.get(
    '/articles/:article/revisions',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'listRevisions',
        summary: 'List revisions',
        description: 'Every save of the working copy of an article, newest first.',
        tags,
        params: ByArticle,
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: { 200: listOf(Revision, 'RevisionList') },
      },
    },
    async (request, reply) => {
      const { id } = await findArticle(storage.reader, request.params.article, request.caller)
      const paging = pageRequest(request, request.query.limit)
      const page = await listRevisions(storage.reader, id, paging)
      return { data: page.rows, page: paging.info(reply, page) }
    },
  )

  app.get(
    '/articles/:article/revisions/:revision',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'getRevision',
        summary: 'Get a revision',
        description:
          'Gives a revision with the article as it was then. What the article refers to is shown as it is now.',
        tags,
        params: ByRevision,
        querystring: NoQuery,
        response: { 200: RevisionWithArticle },
      },
    },
    async ({ params, caller }) => {
      const row = await findArticle(storage.reader, params.article, caller)
      const { content, ...revision } = await readRevision(storage.reader, row.id, params.revision)
      return { ...revision, article: await articleAt(storage.reader, row, { ...revision, content }, caller) }
    },
  )

  app.get(
    '/articles/:article/revisions/:revision/diff',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'diffRevisions',
        summary: 'Compare revisions',
        description:
          'Shows what has changed in this revision since another: the one that `against` names, or the one before.',
        tags,
        params: ByRevision,
        querystring: z.strictObject({
          against: revisionParameter(
            'The number of the revision to compare with; the one before if left out.',
          ).optional(),
        }),
        response: { 200: RevisionDiff },
      },
    },
    async ({ params, query, caller }) => {
      const row = await findArticle(storage.reader, params.article, caller)
      const from = query.against ?? Math.max(1, params.revision - 1)
      const before = await articleAt(storage.reader, row, await readRevision(storage.reader, row.id, from), caller)
      await nextEventLoopTurn()
      const revision = await readRevision(storage.reader, row.id, params.revision)
      const after = await articleAt(storage.reader, row, revision, caller)
      await nextEventLoopTurn()
      return {
        from,
        to: params.revision,
        changes: fieldChanges(before, after),
        body: await bodyTasksOf(caller).bodyChanges(blocksOf(before), blocksOf(after)),
      }
    },
  )

  app.post(
    '/articles/:article/revisions/:revision/restore',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'restoreRevision',
        summary: 'Restore a revision',
        description:
          'Saves the article as the revision has it, as a new revision. What is live stays as it is. What the revision refers to and has been merged into another leads to that one; what has been deleted is left out, and `warnings` say so.',
        tags,
        params: ByRevision,
        headers: ConditionalHeaders.extend(idempotencyHeader),
        querystring: NoQuery,
        response: { 200: Article },
      },
    },
    async (request, reply) => {
      const check = ifMatch(request)
      const { params, caller } = request
      return idempotent(request, reply, async (tx) => {
        const before = await findArticle(tx, params.article, caller)
        check(before.version)
        const revision = await readRevision(tx, before.id, params.revision)
        const { content, warnings } = await withPresentReferences(tx, revision.content, before.content)
        await requireOwnSubItems(tx, before.id, content, content)
        const note = `Restored from revision ${params.revision}.`
        const row = await saveIfChanged(tx, before, { ...before, content }, writeContext(request, clock), note)
        return { status: 200, version: row.version, body: await presentSaved(tx, { row, warnings }, caller) }
      })
    },
  )
}

/** The article with the content of a revision; what it refers to is shown as it is now. */
async function articleAt(
  db: Reader,
  row: ArticleRow,
  { number, content }: Pick<ArticleRow, 'content'> & { number: number },
  caller: Caller,
): Promise<Article> {
  return presentArticle(db, { ...row, content, version: number }, caller)
}

const blocksOf = ({ body }: Article) => (Array.isArray(body) ? body : [])
