import type { News } from '../changes/news.ts'
import type { Storage } from '../storage/storage.ts'
import { cardsOf, type Listed, newest } from './cards.ts'

/** How many bytes of cards are kept: those of about 10,000 articles. */
const MOST_BYTES = 16 * 1024 * 1024
/** What a card takes beside its bytes. */
const OVERHEAD = 200

/**
 * Cards of live articles at hand, as the bytes that lists send. The log of changes names every edition that changes, so
 * a card is good until the log names its article.
 */
export interface Shelf {
  /** The live articles among those with these ids, in this order. */
  cards(ids: string[]): Promise<Listed<Buffer>[]>
  /** The cards of the newest that refer to an author, a source, a section or a tag, newest first, as JSON. */
  newest(kind: string, ref: string, limit: number): Promise<string[]>
}

/** The shelf of a process. It keeps nothing on an engine that cannot tell without a query whether something is new. */
export function shelf(storage: Storage, news: News): Shelf {
  const kept = new Map<string, Listed<Buffer>>()
  let bytes = 0
  let told = 0

  news.onChange((changed) => {
    told += 1
    for (const article of changed ?? [...kept.keys()]) drop(article)
  })

  function drop(article: string): void {
    const card = kept.get(article)
    if (!card) return
    kept.delete(article)
    bytes -= card.json.length + OVERHEAD
  }

  function keep(card: Listed<Buffer>): void {
    drop(card.article)
    kept.set(card.article, card)
    bytes += card.json.length + OVERHEAD
    for (const oldest of kept.keys()) {
      if (bytes <= MOST_BYTES) return
      drop(oldest)
    }
  }

  async function cards(ids: string[]): Promise<Listed<Buffer>[]> {
    const mayKeep = storage.commits() !== undefined
    if (mayKeep) await news.last()
    const before = told
    const found = new Map<string, Listed<Buffer>>()
    const missing: string[] = []
    for (const id of ids) {
      const card = kept.get(id)
      if (card) found.set(id, card)
      else missing.push(id)
    }
    for (const { article, json } of await cardsOf(storage.reader, missing)) {
      const card = { article, json: Buffer.from(json) }
      found.set(article, card)
      // What was read before something changed is shown, and not kept.
      if (mayKeep && told === before) keep(card)
    }
    return ids.flatMap((id) => found.get(id) ?? [])
  }

  return {
    cards,
    newest: async (kind, ref, limit) =>
      (await cards(await newest(storage.reader, kind, ref, limit))).map(({ json }) => json.toString()),
  }
}
