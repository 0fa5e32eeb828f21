/** The blocks of a working copy, one by one. */
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller } from '../../access/roles.ts'
import { writeContext } from '../../access/write-context.ts'
import { Block, type StoredBlock } from '../../body/block.ts'
import { WholeBody } from '../../body/body-input.ts'
import { readBody } from '../../body/read.ts'
import { ByArticle } from '../../editions/article.ts'
import { ConditionalHeaders, NoContent, NoQuery } from '../../http/common-schemas.ts'
import { ifMatch } from '../../http/conditional-requests.ts'
import { isLargeJson } from '../../http/json-body.ts'
import { parseBody, type ZodTypes } from '../../http/validation.ts'
import { idempotencyHeader } from '../../idempotency/idempotency.ts'
import { mergePatch } from '../../lib/merge-patch.ts'
import { notFound, Problem } from '../../lib/problem.ts'
import type { Reader, Writer } from '../../storage/storage.ts'
import { presentArticle } from '../presenter.ts'
import type { ArticleDeps } from '../routes.ts'
import { ArticleWithoutBody } from '../schemas.ts'
import { type ArticleRow, findArticle, inputOf, saveArticle } from '../store.ts'
import {
  BlockId,
  BlockPatch,
  blockPatchReader,
  blockReader,
  NewBlock,
  newBlockReader,
  readBlock,
} from './block-schemas.ts'

const ByBlock = ByArticle.extend({ block: BlockId })

const tags = ['Articles']

/** Registers the writes of single blocks. */
export function registerBlocks(server: FastifyInstance, deps: ArticleDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const { storage, clock, idempotent, bodyTasksOf } = deps

  /** Saves the body after a change, if `If-Match` allows it. */
  async function saveBody(
    tx: Writer,
    request: FastifyRequest<{ Params: { article: string } }>,
    change: (body: StoredBlock[]) => Promise<unknown[]>,
  ): Promise<ArticleRow> {
    const before = await findArticle(tx, request.params.article, request.caller)
    ifMatch(request)(before.version)
    const sent = parseBody(WholeBody, await change(before.content.body))
    const input = parseBody(ArticleWithoutBody, { ...inputOf(before) })
    const draft = { input, body: (await readBody(sent)).blocks }
    return saveArticle(tx, before, draft, writeContext(request, clock))
  }

  async function shown(db: Reader, row: ArticleRow, index: number, request: FastifyRequest): Promise<Block> {
    // By its id: what cannot be shown is left out before it.
    const id = row.content.body[index]?.id
    const block = (await presentArticle(db, row, request.caller)).body.find((one) => one.id === id)
    if (!block) throw notFound('block')
    return block
  }

  /** The block that a patch makes of one; a large one is validated in a thread. */
  async function patchedBlock(block: StoredBlock, patch: BlockPatch, caller: Caller): Promise<StoredBlock> {
    const { id = block.id } = patch as { id?: unknown }
    if (id !== block.id) throw otherId()
    const patched = mergePatch({ ...block }, { ...patch, id })
    const json = Buffer.from(JSON.stringify(patched))
    const read = isLargeJson(json) ? await bodyTasksOf(caller).readRequest(json, blockReader) : readBlock(patched)
    return read as StoredBlock
  }

  app.post(
    '/articles/:article/body',
    {
      config: {
        access: 'drafts:write',
        readLargeBody: ({ caller }, bytes) => bodyTasksOf(caller).readRequest(bytes, newBlockReader),
      },
      schema: {
        operationId: 'createBlock',
        summary: 'Add a block',
        description: 'Adds a block to the body of a working copy. It is public once the article is published.',
        tags,
        params: ByArticle,
        headers: ConditionalHeaders.extend(idempotencyHeader),
        querystring: NoQuery,
        body: NewBlock,
        response: { 201: Block },
      },
    },
    (request, reply) =>
      idempotent(request, reply, async (tx) => {
        const { block, before, after } = request.body
        let index = 0
        const row = await saveBody(tx, request, async (body) => {
          index = after === undefined ? body.length : indexOf(body, after) + 1
          if (before !== undefined) index = indexOf(body, before)
          return body.toSpliced(index, 0, block as StoredBlock)
        })
        const created = await shown(tx, row, index, request)
        return {
          status: 201,
          location: `/v1/articles/${row.id}/body/${created.id}`,
          version: row.version,
          body: created,
        }
      }),
  )

  app.patch(
    '/articles/:article/body/:block',
    {
      config: {
        access: 'drafts:write',
        readLargeBody: ({ caller }, bytes) => bodyTasksOf(caller).readRequest(bytes, blockPatchReader),
      },
      schema: {
        operationId: 'updateBlock',
        summary: 'Update a block',
        description: 'A JSON merge patch (RFC 7396) of one block in the body of a working copy.',
        tags,
        params: ByBlock,
        headers: ConditionalHeaders,
        querystring: NoQuery,
        body: BlockPatch,
        response: { 200: Block },
      },
    },
    async (request, reply) => {
      const { params, body: patch, caller } = request
      const article = await findArticle(storage.reader, params.article, caller)
      ifMatch(request)(article.version)
      let from = blockOf(article.content.body, params.block)
      let patched = await patchedBlock(from, patch, caller)
      return storage.transaction(async (tx) => {
        let index = 0
        const row = await saveBody(tx, request, async (body) => {
          index = indexOf(body, params.block)
          // Somebody else has changed the block meanwhile.
          if (!isDeepStrictEqual(body[index], from)) {
            from = blockOf(body, params.block)
            patched = await patchedBlock(from, patch, caller)
          }
          return body.with(index, patched)
        })
        reply.version = row.version
        return shown(tx, row, index, request)
      })
    },
  )

  app.delete(
    '/articles/:article/body/:block',
    {
      config: { access: 'drafts:write' },
      schema: {
        operationId: 'deleteBlock',
        summary: 'Delete a block',
        description:
          'Removes a block from the body of a working copy. The public sees it until the article is published.',
        tags,
        params: ByBlock,
        headers: ConditionalHeaders,
        querystring: NoQuery,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await storage.transaction((tx) =>
        saveBody(tx, request, async (body) => body.toSpliced(indexOf(body, request.params.block), 1)),
      )
      return reply.code(204).send(null)
    },
  )
}

/** The block with an id; throws `not-found`. */
const blockOf = (body: StoredBlock[], id: string): StoredBlock => body[indexOf(body, id)] as StoredBlock

/** The place of the block with an id; throws `not-found`. */
function indexOf(body: StoredBlock[], id: string): number {
  const index = body.findIndex((block) => block.id === id)
  if (index < 0) throw notFound('block')
  return index
}

function otherId(): Problem {
  const message = 'must be that of the block: the id of a block does not change'
  const errors = [{ in: 'body' as const, pointer: '/id', code: 'other_id', message }]
  return new Problem('validation', `id ${message}`, { errors })
}
