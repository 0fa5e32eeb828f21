/**
 * Sub-items of an article: its citations and its related links. Both are lists in its content whose items are created,
 * changed and deleted one by one; each such change saves the working copy as a revision.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type * as z from 'zod'
import { writeContext } from '../../access/write-context.ts'
import type { Article } from '../../editions/article.ts'
import { type Content, refsOf } from '../../editions/content.ts'
import { ifMatch } from '../../http/conditional-requests.ts'
import { parseBody } from '../../http/validation.ts'
import { mergePatch } from '../../lib/merge-patch.ts'
import { notFound } from '../../lib/problem.ts'
import type { Reader, Writer } from '../../storage/storage.ts'
import { presentArticle } from '../presenter.ts'
import { type Resolver, resolver } from '../reference-resolver.ts'
import type { ArticleDeps } from '../routes.ts'
import { type ArticleRow, saveIfChanged } from '../store.ts'

interface Identified {
  id: string
}

interface Positioned {
  position?: number | undefined
}

/** A kind of sub-item: `Input` is what a request sends, `Item` what is stored, `Shown` what a reply shows. */
export interface SubItemKind<Input extends Positioned, Item extends Identified, Shown extends Identified> {
  /** Its noun in problems. */
  noun: string
  /** The schema of a new item, which a patched item has to satisfy, too. */
  New: z.ZodType<Input>
  itemsOf(content: Content): Item[]
  withItems(content: Content, items: Item[]): Content
  /** Resolves the references of an item, and gives it an id if it has none. */
  toStored(resolve: Resolver, input: Input & { id?: string }): Promise<Item>
  shownIn(article: Article): Shown[]
  /** The path of an item, for the `Location` header. */
  pathOf(article: ArticleRow, id: string): string
}

/** Finds the article whose working copy a request changes. */
type FindArticle = (tx: Writer) => Promise<ArticleRow>

/** The item with the id; throws `not-found`. */
export function findById<T extends Identified>(items: T[], id: string, noun: string): T {
  const item = items.find((one) => one.id === id)
  if (!item) throw notFound(noun)
  return item
}

/** The items with this one at the position; without a position, where it was, or at the end if it is new. */
function insertAt<T extends Identified>(items: T[], item: T, position: number | undefined): T[] {
  const before = items.findIndex(({ id }) => id === item.id)
  const others = items.filter(({ id }) => id !== item.id)
  const index = position ?? (before === -1 ? others.length : before)
  return [...others.slice(0, index), item, ...others.slice(index)]
}

/** The handlers of the writes of a kind of sub-item: create, update, delete. */
export function subItemWrites<Input extends Positioned, Item extends Identified, Shown extends Identified>(
  kind: SubItemKind<Input, Item, Shown>,
  { storage, clock, idempotent }: Pick<ArticleDeps, 'storage' | 'clock' | 'idempotent'>,
) {
  /** Saves the article with the changed items, if `If-Match` allows it. */
  async function saveItems(
    tx: Writer,
    request: FastifyRequest,
    find: FindArticle,
    change: (items: Item[], resolve: Resolver) => Promise<Item[]>,
  ): Promise<ArticleRow> {
    const before = await find(tx)
    ifMatch(request)(before.version)
    const resolve = resolver(tx, request.caller, refsOf(before.content))
    const items = await change(kind.itemsOf(before.content), resolve)
    resolve.check()
    const after = { ...before, content: kind.withItems(before.content, items) }
    return saveIfChanged(tx, before, after, writeContext(request, clock))
  }

  async function shown(db: Reader, row: ArticleRow, id: string, request: FastifyRequest): Promise<Shown> {
    return findById(kind.shownIn(await presentArticle(db, row, request.caller)), id, kind.noun)
  }

  return {
    create(request: FastifyRequest, reply: FastifyReply, find: FindArticle, input: Input): Promise<never> {
      return idempotent(request, reply, async (tx) => {
        let id = ''
        const row = await saveItems(tx, request, find, async (items, resolve) => {
          const created = await kind.toStored(resolve, input)
          id = created.id
          return insertAt(items, created, input.position)
        })
        const body = await shown(tx, row, id, request)
        return { status: 201, location: kind.pathOf(row, id), version: row.version, body }
      })
    },

    /** Applies a merge patch (RFC 7396) to an item. */
    update(
      request: FastifyRequest,
      reply: FastifyReply,
      find: FindArticle,
      { id, patch }: { id: string; patch: Record<string, unknown> },
    ): Promise<Shown> {
      return storage.transaction(async (tx) => {
        const row = await saveItems(tx, request, find, async (items, resolve) => {
          const { id: _, ...before } = findById(items, id, kind.noun)
          const input = parseBody(kind.New, mergePatch(before, patch))
          const position = patch.position === null ? items.length : input.position
          return insertAt(items, await kind.toStored(resolve, { ...input, id }), position)
        })
        reply.version = row.version
        return shown(tx, row, id, request)
      })
    },

    async delete(request: FastifyRequest, find: FindArticle, id: string): Promise<void> {
      await storage.transaction((tx) =>
        saveItems(tx, request, find, async (items) => {
          findById(items, id, kind.noun)
          return items.filter((one) => one.id !== id)
        }),
      )
    },
  }
}
