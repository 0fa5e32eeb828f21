import { articleCache } from '../cache/article-cache.ts'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { type ArticleJson, cardsOf, newestIds } from '../editions/cards.ts'
import type { Storage } from '../storage/storage.ts'

/** How many bytes of cards are kept: those of about 8,000 articles. */
const MOST_BYTES = 12 * 1024 * 1024

/** Cards of live articles at hand, as the bytes that lists send. */
export interface CardCache {
  /** The live articles among those with these ids, in this order. */
  cards(ids: string[]): Promise<ArticleJson<Buffer>[]>
  /** The cards of the newest that refer to an author, a source, a section or a tag, newest first, as JSON. */
  newest(kind: string, ref: string, limit: number): Promise<string[]>
}

/** The shelf of a process. */
export function cardCache(deps: { storage: Storage; news: ChangeFollower }): CardCache {
  const { reader } = deps.storage
  const kept = articleCache<ArticleJson<Buffer>>(deps, MOST_BYTES, ({ json }) => json.length)

  async function make(missing: string[]) {
    const cards = await cardsOf(reader, missing)
    return cards.map(({ article, json }) => [article, { article, json: Buffer.from(json) }] as const)
  }
  async function cards(ids: string[]): Promise<ArticleJson<Buffer>[]> {
    const found = await kept(ids, make)
    return ids.flatMap((id) => found.get(id) ?? [])
  }

  return {
    cards,
    newest: async (kind, ref, limit) =>
      (await cards(await newestIds(reader, kind, ref, limit))).map(({ json }) => json.toString()),
  }
}
