/** What Dateline promises of articles, as plainly as it can be said: no database, no versions of text, no caches. */
export type Who = 'editor' | 'contributor'
export type Status = 'draft' | 'in-review' | 'scheduled' | 'published' | 'unpublished' | 'retracted'
export type Action = 'submit' | 'return' | 'schedule' | 'unschedule' | 'publish' | 'unpublish' | 'retract'
export type Noun = 'author' | 'tag' | 'section'

/** The table of docs/concepts.md; calling off is possible only while something is scheduled. */
const table: Record<Status, Action[]> = {
  draft: ['submit', 'schedule', 'publish'],
  'in-review': ['return', 'schedule', 'publish'],
  scheduled: ['schedule', 'unschedule', 'publish', 'unpublish'],
  published: ['schedule', 'unschedule', 'publish', 'unpublish', 'retract'],
  unpublished: ['submit', 'schedule', 'publish', 'retract'],
  retracted: [],
}
export const allowed = ({ status, publishAt }: Pick<Paper, 'status' | 'publishAt'>): Action[] =>
  table[status].filter((action) => action !== 'unschedule' || publishAt !== null)

export interface Entry {
  noun: Noun
  id: string
  slug: string
  name: string
  version: number
  parent: Entry | null
}

/** One save. `n` distinguishes links as their ids do: a list that is sent again is another list. */
export interface Content {
  headline: string
  summary: string
  section: string | null
  authors: string[]
  tags: string[]
  links: { n: number; to: string }[]
}

/** What the world sees or last saw of an article. */
interface Seen {
  version: number
  slug: string
}

export interface Paper {
  id: string
  owner: Who
  createdAt: string
  slug: string
  status: Status
  /** Version 1 first. */
  versions: Content[]
  live: Seen | null
  seen: Seen | null
  wereLive: Set<number>
  publishedAt: string | null
  updatedAt: string | null
  publishAt: string | null
  embargoUntil: string | null
  isTrashed: boolean
  notice: { slug: string; headline: string; reason: string; at: string; replacement: string | null } | null
}

interface Remark {
  article: string
  kind: string
  text: string
  at: string
  fromVersion: number | null
  toVersion: number
}

export class Model {
  papers: Paper[] = []
  entries: Entry[] = []
  /** Who a slug belongs to, and whether the world has seen it. */
  slugs = new Map<string, { article: string; isPublic: boolean }>()
  /** Every id and slug that was ever used. */
  references = new Set<string>()
  corrections: Remark[] = []
  log: { type: string; target: string; slug: string; version: number }[] = []
  private count = 0
  private readonly clock: { now(): Date }

  constructor(clock: { now(): Date }) {
    this.clock = clock
  }

  get now(): string {
    return this.clock.now().toISOString()
  }

  /** A number that was not used before. */
  next(): number {
    this.count += 1
    return this.count
  }

  /** Words that no other save has. Slugs made from them look different: they have no underscore. */
  words(): { headline: string; summary: string } {
    const n = this.next()
    return { headline: `Story t${n}_h`, summary: `About t${n}_s` }
  }

  of = (noun: Noun): Entry[] => this.entries.filter((entry) => entry.noun === noun)
  entry = (id: string): Entry => found(this.entries.find((entry) => entry.id === id))
  paper = (id: string): Paper | undefined => this.papers.find((paper) => paper.id === id)
  lives = (): Paper[] => this.papers.filter(({ live }) => live !== null)

  maySee = (who: Who, { owner }: Paper): boolean => who === 'editor' || owner === who
  /** Whether all links lead to what the caller may refer to; those that were there before may stay. */
  resolves = (who: Who, { links }: Content, before?: Content): boolean =>
    links.every(({ to }) => {
      if (before?.links.some((link) => link.to === to)) return true
      const target = this.paper(to)
      return target !== undefined && !target.isTrashed && (target.live !== null || this.maySee(who, target))
    })

  isTaken = (slug: string, article?: string): boolean => {
    const owner = this.slugs.get(slug)?.article
    return owner !== undefined && owner !== article
  }

  claim(slug: string, paper: Paper): void {
    if (slug !== paper.slug && !this.slugs.get(paper.slug)?.isPublic) this.slugs.delete(paper.slug)
    if (!this.slugs.has(slug)) this.slugs.set(slug, { article: paper.id, isPublic: false })
    this.references.add(slug)
    paper.slug = slug
  }

  /** Saves if anything is different. */
  save(paper: Paper, content: Content, slug = paper.slug): void {
    if (same(content, working(paper)) && slug === paper.slug) return
    this.claim(slug, paper)
    paper.versions.push(content)
  }

  /** A contributor's article has a slug from its headline once an editor releases it. */
  settle(paper: Paper): void {
    if (paper.seen || !paper.slug.endsWith(paper.id.slice(-8))) return
    this.claim(
      working(paper)
        .headline.toLowerCase()
        .replace(/[^a-z0-9]+/g, '-'),
      paper,
    )
  }

  publish(paper: Paper, at = this.now): void {
    this.settle(paper)
    const type = paper.live ? 'article.updated' : 'article.published'
    const seen = { version: paper.versions.length, slug: paper.slug }
    Object.assign(paper, { status: 'published', live: seen, seen, publishAt: null, embargoUntil: null })
    paper.publishedAt ??= at
    paper.updatedAt = this.now
    paper.wereLive.add(seen.version)
    this.slugs.set(seen.slug, { article: paper.id, isPublic: true })
    this.record(type, paper)
  }

  schedule(paper: Paper, at: string, embargoUntil: string | null): void {
    this.settle(paper)
    if (paper.status !== 'published') paper.status = 'scheduled'
    Object.assign(paper, { publishAt: at, embargoUntil })
  }

  /** What is due, in its order. */
  publishDue(): number {
    const due = this.papers.filter(({ publishAt }) => publishAt !== null && publishAt <= this.now)
    due.sort((a, b) => compare([a.publishAt, a.id], [b.publishAt, b.id]))
    for (const paper of due) this.publish(paper, found(paper.publishAt))
    return due.length
  }

  unpublish(paper: Paper): void {
    if (paper.live) this.record('article.unpublished', paper)
    this.shelve(paper)
  }

  unschedule(paper: Paper): void {
    if (paper.status === 'scheduled') this.shelve(paper)
    Object.assign(paper, { publishAt: null, embargoUntil: null })
  }

  retract(paper: Paper, reason: string, replacement: string | null): void {
    const { version, slug } = found(paper.seen)
    this.record('article.retracted', paper)
    this.shelve(paper)
    paper.status = 'retracted'
    const { headline } = found(paper.versions[version - 1])
    paper.notice = { slug, headline, reason, at: this.now, replacement }
    const remark = { kind: 'retraction', text: reason, at: this.now, fromVersion: version, toVersion: version }
    this.corrections.push({ article: paper.id, ...remark })
  }

  correct(paper: Paper, kind: string, text: string): void {
    const { version } = found(paper.live)
    const before = [...paper.wereLive].filter((one) => one !== version)
    const fromVersion = before.length > 0 ? Math.max(...before) : null
    this.corrections.push({ article: paper.id, kind, text, at: this.now, fromVersion, toVersion: version })
    paper.updatedAt = this.now
    this.record('article.corrected', paper)
  }

  trash(paper: Paper): void {
    if (paper.live) this.record('article.deleted', paper)
    if (paper.status !== 'retracted') this.shelve(paper)
    paper.isTrashed = true
  }

  isLinked = ({ id }: Paper): boolean =>
    this.papers.some((other) => other.id !== id && working(other).links.some(({ to }) => to === id))

  erase(paper: Paper): void {
    // Whoever follows the log has to learn that even the notice is gone.
    if (paper.live || paper.notice) this.record('article.deleted', paper)
    this.papers = this.papers.filter((other) => other !== paper)
    this.corrections = this.corrections.filter(({ article }) => article !== paper.id)
    for (const [slug, { article }] of this.slugs) if (article === paper.id) this.slugs.delete(slug)
  }

  private shelve(paper: Paper): void {
    paper.status = paper.publishedAt ? 'unpublished' : 'draft'
    Object.assign(paper, { live: null, publishAt: null, embargoUntil: null })
  }

  /** The log names what the world knows: never the slug or the version of a draft. */
  private record(type: string, { id, seen }: Paper): void {
    this.log.push({ type, target: id, ...found(seen) })
  }

  lineage = (section: string | null): Entry[] => {
    const lineage: Entry[] = []
    for (let one = section === null ? null : this.entry(section); one; one = one.parent) lineage.unshift(one)
    return lineage
  }
  path = (section: string | null): string =>
    this.lineage(section)
      .map(({ slug }) => `/${slug}`)
      .join('')

  /** Whether a content refers to an entry; to a section also by one below it. */
  refersTo = ({ noun, id }: Entry, { authors, tags, section }: Content): boolean =>
    noun === 'section' ? this.lineage(section).some((one) => one.id === id) : [...authors, ...tags].includes(id)
}

export const working = ({ versions }: Paper): Content => found(versions.at(-1))
export const liveContent = ({ live, versions }: Paper): Content => found(versions[(live?.version ?? 0) - 1])

export function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('the model has no such thing')
  return value
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

type Keys = (string | null)[]
export const compare = (a: Keys, b: Keys): number => {
  const [x, y] = [a.join(' '), b.join(' ')]
  return x < y ? -1 : x > y ? 1 : 0
}
