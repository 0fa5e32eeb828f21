import { articleCache } from '../cache/article-cache.ts'
import type { ChangeFollower } from '../changes/change-follower.ts'
import { type ArticleJson, cardsOf, newestIds } from '../editions/cards.ts'
import type { Storage } from '../storage/storage.ts'

/** A cache of the cards of live articles, as the bytes that lists send. */
export interface CardCache {
  /** The cards of those of the articles that are live, in the order of the ids. */
  cards(ids: string[]): Promise<ArticleJson<Buffer>[]>
  /** The cards, as JSON, of the newest live articles that refer to an author, a source, a section or a tag; newest first. */
  newest(kind: string, ref: string, limit: number): Promise<string[]>
}

/** Creates the card cache of a process, of at most `maxBytes`. */
export function cardCache(deps: { storage: Storage; follower: ChangeFollower; maxBytes: number }): CardCache {
  const { reader } = deps.storage
  const cached = articleCache<ArticleJson<Buffer>>(deps, deps.maxBytes, ({ json }) => json.length)

  async function load(missing: string[]) {
    const cards = await cardsOf(reader, missing)
    return cards.map(({ article, json }) => [article, { article, json: Buffer.from(json) }] as const)
  }
  const cards = (ids: string[]): Promise<ArticleJson<Buffer>[]> => cached(ids, load)

  return {
    cards,
    newest: async (kind, ref, limit) =>
      (await cards(await newestIds(reader, kind, ref, limit))).map(({ json }) => json.toString()),
  }
}
