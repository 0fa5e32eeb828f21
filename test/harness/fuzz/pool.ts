/** Real values: what the service has said so far, by what it names. Requests draw from them, so that they often hit. */

/** What the parameters of paths name, by their names; a revision is a number. */
export const namedInPaths = [
  'article',
  'author',
  'source',
  'section',
  'tag',
  'media',
  'block',
  'citation',
  'link',
  'rendition',
  'key',
  'webhook',
  'delivery',
  'preview',
  'token',
  'job',
  'page',
] as const
export type Kind = (typeof namedInPaths)[number] | 'cursor' | 'change' | 'snapshot' | 'etag' | 'word'

/** How many values of a kind are remembered: of those that were made to be there, and of others. */
const FIRST = 16
const RECENT = 60

/** What the objects are that stand under these names, or in a list of such a name. */
const NAMED: Record<string, Kind> = {
  article: 'article',
  author: 'author',
  authors: 'author',
  source: 'source',
  sources: 'source',
  affiliation: 'source',
  section: 'section',
  sections: 'section',
  parent: 'section',
  children: 'section',
  breadcrumbs: 'section',
  tag: 'tag',
  tags: 'tag',
  citations: 'citation',
  relatedLinks: 'link',
  image: 'media',
}

/** What a collection is of: by the last part of its path that is not variable. */
const COLLECTIONS: Record<string, Kind> = {
  articles: 'article',
  advance: 'article',
  search: 'article',
  related: 'article',
  snapshot: 'article',
  authors: 'author',
  sources: 'source',
  sections: 'section',
  tags: 'tag',
  media: 'media',
  jobs: 'job',
  backups: 'job',
  'api-keys': 'key',
  webhooks: 'webhook',
  deliveries: 'delivery',
  citations: 'citation',
  'related-links': 'link',
  preview: 'preview',
}

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

export class Pool {
  readonly #first = new Map<Kind, string[]>()
  readonly #recent = new Map<Kind, string[]>()
  readonly #etags = new Map<string, string>()
  readonly #deleted = new Map<string, string>()
  readonly #next = new Map<string, string>()
  /** What is part of another thing: the path of that by the id. */
  readonly #within = new Map<string, string>()
  /** The article that was last seen in a state. */
  readonly #inState = new Map<string, string>()
  /** A path to an image's rendition, by the image's id. */
  readonly #renditions = new Map<string, string>()
  /** Values that are never drawn: what the callers themselves need. */
  readonly reserved = new Set<string>()

  /** Remembers values that were made to be there: half of all that is drawn are of these. */
  keep(kind: Kind, ...values: (string | undefined)[]): void {
    const known = values.flatMap((value) => value || [])
    this.#first.set(kind, [...(this.#first.get(kind) ?? []), ...known].slice(-FIRST))
  }

  /** Remembers a value until newer ones have taken its place. */
  add(kind: Kind, value: unknown): void {
    if (typeof value !== 'string' || value === '' || value.length > 4_000 || this.reserved.has(value)) return
    const values = this.#recent.get(kind) ?? []
    if (values.includes(value)) return
    this.#recent.set(kind, [...values.slice(-RECENT + 1), value])
  }

  /** A value of the kind: the same for the same number, while nothing is added. */
  pick(kind: Kind, number: number): string {
    const [first, recent] = [this.#first.get(kind) ?? [], this.#recent.get(kind) ?? []]
    const values = number % 2 === 0 && first.length > 0 ? first : [...recent, ...first]
    return values[(number >>> 1) % values.length] ?? 'none'
  }

  /** The ETag that was last seen at a path; `*` if none was. */
  etag(path: string): string {
    return this.#etags.get(path) ?? '*'
  }

  /** Learns that the thing at a path was deleted. */
  lose(path: string): void {
    const [, , collection = ''] = path.split('/')
    this.#deleted.set(collection, path)
  }

  /** The path of what was deleted last from the collection of a path. */
  deleted(path: string): string | undefined {
    return this.#deleted.get(path.split('/')[2] ?? '')
  }

  /** The path of the article that was last seen in a state. */
  inState(state: string): string | undefined {
    const article = this.#inState.get(state)
    return article && `/v1/articles/${article}`
  }

  /** The address of the next page of the list at a path, if there is one. */
  next(path: string): string | undefined {
    return this.#next.get(path)
  }

  /** The path with the thing that its last id is part of, where that is known. */
  belonging(path: string): string {
    const [, media = ''] = /^\/media\/([^/]+)\/[^/]+\/[^/]+$/.exec(path) ?? []
    const found = path.match(/^(\/v1\/\w+\/)[^/]+(\/[\w-]+\/)([\w-]+)(\/.*)?$/)
    if (!found) return this.#renditions.get(media) ?? path
    const [, start, middle, id = '', rest = ''] = found
    const holder = this.#within.get(id)
    return holder ? `${start}${holder}${middle}${id}${rest}` : path
  }

  /** Learns from a reply what there is. */
  learn(path: string, headers: Record<string, unknown>, body: unknown): void {
    if (typeof headers.etag === 'string') {
      this.#etags.set(path, headers.etag)
      this.add('etag', headers.etag)
    }
    const [, next = ''] = /<([^>]*)>; rel="next"/.exec(String(headers.link)) ?? []
    if (next.startsWith('/')) this.#next.set(path, next)
    if (!isObject(body)) return
    const [, , , holder = '', part] = path.split('/')
    if (part === 'preview') this.#within.set(String(body.id), holder)
    if (part === 'deliveries' && Array.isArray(body.data))
      for (const { id } of body.data) this.#within.set(String(id), holder)
    const [last = '', before = ''] = path.split('/').reverse()
    const kind = COLLECTIONS[last] ?? COLLECTIONS[before] ?? (body.headline === undefined ? undefined : 'article')
    if (isObject(body.page)) this.#learnPage(path, body.page)
    this.#walk(body, kind, 0)
    if (path.endsWith('/preview') && typeof body.url === 'string') this.add('token', body.url.split('/').at(-1))
  }

  #learnPage(path: string, { next, previous, since }: Json): void {
    const kind = path.endsWith('/changes') ? 'change' : path === '/v1/changes/snapshot' ? 'snapshot' : 'cursor'
    this.add(kind, next)
    this.add(kind, previous)
    this.add('change', since)
  }

  /** Learns the state of an article, and what it consists of. */
  #learnArticle({ id: article, status, citations, body }: Json): void {
    if (typeof article !== 'string') return
    this.#inState.set(String(status), article)
    for (const [kind, parts] of [
      ['citation', citations],
      ['block', body],
    ] as const)
      for (const { id } of Array.isArray(parts) ? parts : []) {
        this.add(kind, id)
        this.#within.set(String(id), article)
      }
  }

  #walk(value: unknown, kind: Kind | undefined, depth: number): void {
    if (depth > 5) return
    if (Array.isArray(value)) for (const one of value.slice(0, 5)) this.#walk(one, kind, depth + 1)
    else if (isObject(value)) {
      if (kind && !this.reserved.has(String(value.id))) {
        this.add(kind, value.id)
        this.add(kind, value.slug)
      }
      if (kind === 'article') this.#learnArticle(value)
      if (kind === 'media' && Array.isArray(value.renditions))
        for (const { url } of value.renditions) this.#renditions.set(String(value.id), String(url))
      for (const [name, member] of Object.entries(value))
        this.#walk(member, name === 'data' ? kind : NAMED[name], depth + 1)
    }
  }
}
