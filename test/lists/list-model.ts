/** What lists promise, as plainly as it can be said: filter, sort, cut. */
export const nouns = ['author', 'tag', 'source', 'section', 'media'] as const
export type Noun = (typeof nouns)[number]

export interface Entry {
  noun: Noun
  id: string
  slugs: string[]
  parent: Entry | null
}

export interface Content {
  headline: string
  language: string
  author: string[]
  tag: string[]
  source: string[]
  /** The first is the lead image. */
  media: string[]
  /** At most one. */
  section: string[]
}

export interface Piece {
  id: string
  status: 'draft' | 'published' | 'unpublished' | 'retracted' | 'trashed'
  draft: Content
  live: Content | null
  publishedAt: string
  updatedAt: string
}

/** A request for a list: values of a filter are ids; any of them will do. */
export interface Query {
  filters: Partial<Record<Noun | 'language', string[]>>
  times: { name: 'publishedAt' | 'updatedAt'; op: 'gte' | 'gt' | 'lte' | 'lt'; time: string }[]
  /** A word of the headline, without case and diacritics. */
  word?: string | undefined
  sort: string
}

const holds = {
  gte: (a: string, b: string) => a >= b,
  gt: (a: string, b: string) => a > b,
  lte: (a: string, b: string) => a <= b,
  lt: (a: string, b: string) => a < b,
}

/** Without case and diacritics, in the order of code points. */
const plainHeadline = (headline: string): string =>
  headline
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase()
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export class ListModel {
  entries: Entry[] = []
  pieces: Piece[] = []
  private used = 0

  /** A number that was not used before. */
  next(): number {
    this.used += 1
    return this.used
  }

  of = (noun: Noun): Entry[] => this.entries.filter((entry) => entry.noun === noun)
  lives = (): Piece[] => this.pieces.filter(({ live }) => live !== null)

  /** The section and all above it. */
  lineage(section: string): string[] {
    const ids: string[] = []
    for (let at = this.entries.find(({ id }) => id === section) ?? null; at; at = at.parent) ids.push(at.id)
    return ids
  }

  /** What a live article is found by. */
  refs({ live }: Piece, kind: Noun | 'language'): string[] {
    if (live === null) return []
    if (kind === 'language') return [live.language]
    return kind === 'section' ? live.section.flatMap((id) => this.lineage(id)) : live[kind]
  }

  count = ({ noun, id }: Entry): number => this.lives().filter((piece) => this.refs(piece, noun).includes(id)).length

  sortKey(piece: Piece, sort: string): string {
    if (sort.endsWith('headline')) return plainHeadline(piece.live?.headline ?? '')
    return sort.endsWith('publishedAt') ? piece.publishedAt : piece.updatedAt
  }

  list({ filters, times, word, sort }: Query): Piece[] {
    const kinds = Object.keys(filters) as (keyof typeof filters)[]
    const found = this.lives().filter(
      (piece) =>
        kinds.every((kind) => this.refs(piece, kind).some((ref) => filters[kind]?.includes(ref))) &&
        times.every(({ name, op, time }) => holds[op](piece[name], time)) &&
        (word === undefined ||
          plainHeadline(piece.live?.headline ?? '')
            .split(' ')
            .includes(word)),
    )
    const sign = sort.startsWith('-') ? -1 : 1
    const order = (a: Piece, b: Piece) => compare(this.sortKey(a, sort), this.sortKey(b, sort)) || compare(a.id, b.id)
    return found.sort((a, b) => sign * order(a, b))
  }

  /** The live articles that share a tag, a source or the section with one. */
  sharing(piece: Piece): Piece[] {
    const { live } = piece
    if (live === null) return []
    const isShared = (other: Piece) =>
      (['tag', 'source', 'section'] as const).some((kind) =>
        live[kind].some((id) => this.refs(other, kind).includes(id)),
      )
    return this.lives().filter((other) => other !== piece && isShared(other))
  }
}
