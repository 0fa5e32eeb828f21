/** Citations and related links: parts of an article that are changed one by one. Each change is a save. */
import type { FastifyRequest } from 'fastify'
import { writeContext } from '../../access/write-context.ts'
import { type Content, refsOf } from '../../editions/content.ts'
import { ifMatch } from '../../http/caching.ts'
import { notFound } from '../../lib/problem.ts'
import type { Writer } from '../../storage/storage.ts'
import { type Resolver, resolver } from '../reference-resolver.ts'
import type { ArticleDeps } from '../routes.ts'
import { type ArticleRow, saveIfChanged } from '../store.ts'

/** The list with the item at the position; at the end, or where it was, if none is given. */
export function insertAt<T extends { id: string }>(list: T[], item: T, position: number | undefined): T[] {
  const before = list.findIndex(({ id }) => id === item.id)
  const others = list.filter(({ id }) => id !== item.id)
  const at = position ?? (before === -1 ? others.length : before)
  return [...others.slice(0, at), item, ...others.slice(at)]
}

/** The part with the id; throws `not-found`. */
export function subItem<T extends { id: string }>(list: T[], id: string, noun: string): T {
  const part = list.find((one) => one.id === id)
  if (!part) throw notFound(noun)
  return part
}

export interface SubItemChange {
  find(tx: Writer): Promise<ArticleRow>
  /** The content with its part changed, and the id of the part. */
  change(content: Content, resolve: Resolver): Promise<{ id: string; content: Content }>
}

/** Changes a part of an article and saves the article, if `If-Match` allows it. */
export async function changeSubItem(
  tx: Writer,
  { clock }: Pick<ArticleDeps, 'clock'>,
  request: FastifyRequest,
  { find, change }: SubItemChange,
): Promise<{ row: ArticleRow; id: string }> {
  const before = await find(tx)
  ifMatch(request)(before.version)
  const resolve = resolver(tx, request.caller, refsOf(before.content))
  const { id, content } = await change(before.content, resolve)
  resolve.check()
  return { id, row: await saveIfChanged(tx, before, { ...before, content }, writeContext(request, clock)) }
}
