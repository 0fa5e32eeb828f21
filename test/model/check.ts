import { isDeepStrictEqual } from 'node:util'
/** Compares all that can be read with what the model says. */
import { asc, gt } from 'drizzle-orm'
import { changes } from '../../src/storage/schema.ts'
import type { Client, Newsroom } from '../harness/newsroom.ts'
import { compare, found, liveContent, type Model, type Noun, type Paper, type Who, working } from './newsroom-model.ts'

type Json = Record<string, unknown>

/** What the world reads of a live article. */
function shown(model: Model, paper: Paper): Json {
  const { id, publishedAt, updatedAt } = paper
  const content = liveContent(paper)
  const { slug, version } = found(paper.live)
  const { headline, summary, authors, tags, section } = content
  const named = (entry: string) => ({ id: entry, slug: model.entry(entry).slug, name: model.entry(entry).name })
  return {
    ...{ id, slug, version, status: 'published', headline, summary, publishedAt, updatedAt },
    authors: authors.map(named),
    tags: tags.map(named),
    section: section && { ...named(section), path: model.path(section) },
    breadcrumbs: ['/', ...model.lineage(section).map((one) => model.path(one.id)), `${model.path(section)}/${slug}`],
    relatedLinks: linksOf(model, paper),
    corrections: remarks(model, (article) => article === id).map(({ kind, text, at }) => ({ kind, text, at })),
  }
}

const linksOf = (model: Model, paper: Paper): Json[] =>
  liveContent(paper).links.flatMap(({ to }, position) => {
    const target = model.paper(to)
    if (!target?.live) return []
    const { headline, summary, section } = liveContent(target)
    const { slug } = target.live
    return {
      title: headline,
      teaser: summary,
      url: `${model.path(section)}/${slug}`,
      article: { id: to, slug },
      position,
    }
  })

/** Corrections, newest first. */
const remarks = (model: Model, isWanted: (article: string) => boolean) =>
  model.corrections
    .map((one, place) => ({ ...one, key: [one.at, String(place).padStart(6, '0')] }))
    .filter(({ article }) => isWanted(article))
    .sort((a, b) => compare(b.key, a.key))

const pick = (value: Json, names: string[]): Json => Object.fromEntries(names.map((name) => [name, value[name]]))

/** A reply with an article, brought to the form of `shown`. */
const seen = (body: Json): Json => ({
  ...pick(body, ['id', 'slug', 'version', 'status', 'headline', 'summary', 'publishedAt', 'updatedAt', 'section']),
  authors: (body.authors as Json[]).map((one) => pick(one, ['id', 'slug', 'name'])),
  tags: body.tags,
  breadcrumbs: (body.breadcrumbs as Json[]).map(({ path }) => path),
  relatedLinks: (body.relatedLinks as Json[]).map((one) =>
    pick(one, ['title', 'teaser', 'url', 'article', 'position']),
  ),
  corrections: (body.corrections as Json[]).map((one) => pick(one, ['kind', 'text', 'at'])),
})

/** Every text that was sent to the public has words of live editions only. */
function checkWords(model: Model, text: string, allowedToo: string[] = []): void {
  const lives = model.lives().map(liveContent)
  const notices = model.papers.flatMap(({ notice }) => notice?.headline ?? [])
  const may = [...lives.flatMap(({ headline, summary }) => [headline, summary]), ...notices, ...allowedToo].join()
  const leaked = [...new Set(text.match(/t\d+_[hs]/g))].filter((word) => !`${may},`.includes(`${word},`))
  expect(leaked).toEqual([])
}

/** What the public is answered for an id or a slug. */
function answerTo(model: Model, reference: string): Json {
  const known = model.slugs.get(reference)
  const isId = model.paper(reference) !== undefined
  const paper = model.paper(known?.article ?? reference)
  if (!paper || !(isId || known?.isPublic)) return { status: 404 }
  if (paper.live && (isId || paper.live.slug === reference)) return { status: 200, article: shown(model, paper) }
  if (paper.notice) {
    const { replacement, ...notice } = paper.notice
    const instead = replacement === null ? undefined : model.paper(replacement)
    const leadsTo = instead?.live ? { id: instead.id, slug: instead.live.slug } : null
    return { status: 410, retraction: { id: paper.id, ...notice, replacement: leadsTo } }
  }
  return paper.live ? { status: 308, location: `/v1/articles/${paper.live.slug}` } : { status: 404 }
}

/** Asks the public about one id or slug. */
export async function checkOne(model: Model, { anyone }: Newsroom, reference: string): Promise<void> {
  const { status, body, headers, text } = await anyone.get(`/v1/articles/${reference}`)
  const got = {
    200: () => ({ status, article: seen(body) }),
    308: () => ({ status, location: headers.location }),
    410: () => ({ status, retraction: body.retraction }),
  }[status]
  expect({ reference, ...(got?.() ?? { status }) }).toEqual({ reference, ...answerTo(model, reference) })
  checkWords(model, text)
}

/** All items of a list, page by page, and the cursor that led to the last page's predecessor. */
async function walk(client: Client, path: string, to: 'next' | 'previous' = 'next', from?: string) {
  const items: Json[] = []
  let [cursor, back, text]: [string | undefined, string | null, string] = [from, null, '']
  for (let pages = 0; pages < 40; pages += 1) {
    const reply = await client.get(`${path}${cursor === undefined ? '' : `&cursor=${cursor}`}`).expect(200)
    const { data, page } = reply.body
    if (to === 'next') items.push(...data)
    else items.unshift(...data)
    text += reply.text
    back = page.previous
    if (page[to] === null) return { items, back, text, last: data as Json[] }
    cursor = page[to]
  }
  throw new Error(`${path} has no end`)
}

const idsOf = (items: Json[]) => items.map(({ id }) => id)

async function checkLists(model: Model, { anyone }: Newsroom): Promise<void> {
  const lives = model.lives().sort((a, b) => compare([b.publishedAt, b.id], [a.publishedAt, a.id]))
  const wanted = lives.map((paper) => shown(model, paper))
  const cardFields = Object.keys(wanted[0] ?? {}).filter(
    (name) => !['version', 'breadcrumbs', 'relatedLinks', 'corrections'].includes(name),
  )
  const { items, back, text, last } = await walk(anyone, '/v1/articles?limit=3')
  expect(items.map((item) => pick(item, cardFields))).toEqual(wanted.map((one) => pick(one, cardFields)))
  checkWords(model, text)
  if (back !== null) {
    const whole = '/v1/articles?limit=3&include=relatedLinks,corrections,breadcrumbs'
    const before = await walk(anyone, whole, 'previous', back)
    const expected = wanted.slice(0, wanted.length - last.length)
    expect(before.items.map((item) => seen({ version: null, ...item }))).toEqual(
      expected.map((one) => ({ ...one, version: null })),
    )
    checkWords(model, before.text)
  }
  const byUpdate = [...lives].sort((a, b) => compare([b.updatedAt, b.id], [a.updatedAt, a.id]))
  const updated = await walk(anyone, '/v1/articles?limit=3&sort=-updatedAt&fields=id')
  expect(idsOf(updated.items)).toEqual(idsOf(byUpdate as unknown as Json[]))
  for (const entry of model.entries) {
    const matching = lives.filter((paper) => model.refersTo(entry, liveContent(paper)))
    const listed = await walk(anyone, `/v1/articles?limit=3&${entry.noun}=${entry.slug}`)
    expect({ [entry.name]: idsOf(listed.items) }).toEqual({ [entry.name]: matching.map(({ id }) => id) })
    checkWords(model, listed.text)
  }
}

async function checkEntries(model: Model, { anyone }: Newsroom): Promise<void> {
  for (const noun of ['author', 'tag', 'section'] as Noun[]) {
    const { items } = await walk(anyone, `/v1/${noun}s?limit=100&sort=createdAt`)
    const names = ['id', 'slug', 'name', 'articleCount', ...(noun === 'section' ? ['path'] : [])]
    const wanted = model.of(noun).map((entry) => ({
      ...pick(entry as unknown as Json, ['id', 'slug', 'name']),
      articleCount: model.lives().filter((paper) => model.refersTo(entry, liveContent(paper))).length,
      ...(noun === 'section' && { path: model.path(entry.id) }),
    }))
    const byId = (a: Json, b: Json) => compare([String(a.id)], [String(b.id)])
    expect(items.map((item) => pick(item, names)).sort(byId)).toEqual(wanted.sort(byId))
  }
}

async function checkCorrections(model: Model, { anyone }: Newsroom): Promise<void> {
  const shownOf = (id: string) => {
    const paper = model.paper(id)
    if (paper?.live) return { id, slug: paper.live.slug, headline: liveContent(paper).headline }
    return paper?.notice ? { id, slug: paper.notice.slug, headline: paper.notice.headline } : undefined
  }
  const wanted = remarks(model, (article) => shownOf(article) !== undefined).map(({ key: _, ...one }) => ({
    ...one,
    article: shownOf(one.article),
  }))
  const { items, text } = await walk(anyone, '/v1/corrections?limit=3')
  expect(items.map(({ id: _, ...one }) => one)).toEqual(wanted)
  checkWords(model, text)
  for (const { id, live, notice } of model.papers) {
    const { status, body } = await anyone.get(`/v1/articles/${id}/corrections`)
    const texts = remarks(model, (article) => article === id).map((one) => one.text)
    const got = status === 200 ? body.data.map((one: Json) => one.text) : status
    expect({ id, got }).toEqual({ id, got: live ? texts : notice ? 410 : 404 })
  }
}

async function checkRelatedLinks(model: Model, { anyone }: Newsroom): Promise<void> {
  const links = await walk(anyone, '/v1/related-links?limit=3')
  const pair = (parent: unknown, target: unknown) => `${String(parent)} ${String(target)}`
  const wanted = model
    .lives()
    .flatMap((paper) => linksOf(model, paper).map((one) => pair(paper.id, (one.article as Json).id)))
  expect(links.items.map((one) => pair((one.parent as Json).id, (one.article as Json).id)).sort()).toEqual(
    wanted.sort(),
  )
  checkWords(model, links.text)
}

async function checkDrafts(model: Model, room: Newsroom, who: Who): Promise<void> {
  const papers = model.papers.filter((paper) => !paper.isTrashed && model.maySee(who, paper))
  papers.sort((a, b) => compare([b.publishedAt ?? b.createdAt, b.id], [a.publishedAt ?? a.createdAt, a.id]))
  const wanted = papers.map((paper) => {
    const { id, slug, status, publishAt, embargoUntil, publishedAt, live, versions } = paper
    const { headline, summary } = working(paper)
    const more = { liveVersion: live?.version ?? null, hasUnpublishedChanges: live?.version !== versions.length }
    return { id, slug, status, headline, summary, publishAt, embargoUntil, publishedAt, ...more }
  })
  const path = '/v1/articles?version=draft&limit=3&include=relatedLinks'
  const { items, text } = await walk(room[who], `${path}&fields=${Object.keys(wanted[0] ?? { id: 0 })}`)
  expect(items.map(({ relatedLinks: _, ...item }) => item)).toEqual(wanted)
  if (who === 'contributor')
    checkWords(
      model,
      text,
      wanted.flatMap(({ headline, summary }) => [headline, summary]),
    )
}

/** The newsroom's side of one article: what it says, and each of its saves. */
async function checkPaper(model: Model, { editor, contributor }: Newsroom, paper: Paper): Promise<void> {
  const { id, versions, wereLive, owner, isTrashed } = paper
  const draft = await editor.get(`/v1/articles/${id}?version=draft`).expect(isTrashed ? 404 : 200)
  await contributor.get(`/v1/articles/${id}?version=draft`).expect(isTrashed || owner === 'editor' ? 404 : 200)
  if (isTrashed) return
  const { headline, summary, section, authors, tags, links } = working(paper)
  const { section: at, authors: by, tags: about, relatedLinks, ...body } = draft.body
  expect({ ...body, section: at?.id ?? null, authors: idsOf(by), tags: idsOf(about) }).toMatchObject({
    ...{ headline, summary, section, authors, tags, version: versions.length },
  })
  const targets = relatedLinks.map((link: { article: Json }) => link.article.id)
  expect(targets).toEqual(links.map(({ to }) => to).filter((to) => model.paper(to)))
  const { items } = await walk(editor, `/v1/articles/${id}/revisions?limit=100`)
  expect(items.map(({ number, published }) => [number, published])).toEqual(
    versions.map((_, index) => [index + 1, wereLive.has(index + 1)]).reverse(),
  )
  await Promise.all(
    versions.map(async (content, index) => {
      const { body: revision } = await editor.get(`/v1/articles/${id}/revisions/${index + 1}`).expect(200)
      expect(revision.article).toMatchObject({ headline: content.headline, summary: content.summary })
    }),
  )
}

const bases = new WeakMap<Model, number>()
/** The log begins here for this model. */
export const beginLogAt = (model: Model, seq: number): void => void bases.set(model, seq)

/** The log: gap-free, as the model has it, and enough to know what is live. */
async function checkLog(model: Model, { storage }: Newsroom): Promise<void> {
  const base = bases.get(model) ?? 0
  const rows = await storage.reader.select().from(changes).where(gt(changes.seq, base)).orderBy(asc(changes.seq))
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => base + index + 1))
  const logged = rows.map(({ type, target, slug, version }) => ({ type, target, slug, version }))
  // Beside what somebody did there are the editions that changed with it, each as updated.
  let place = 0
  const done = logged.filter((row) => {
    const isDone = row.type !== 'article.updated' || isDeepStrictEqual(row, model.log[place])
    if (isDone) place++
    return isDone
  })
  expect(done).toEqual(model.log)
  const live = new Map<string, number>()
  for (const { type, target, version } of rows) {
    if (!type.startsWith('article.')) continue
    if (['article.published', 'article.updated', 'article.corrected'].includes(type)) live.set(target, version)
    else live.delete(target)
  }
  expect(Object.fromEntries(live)).toEqual(Object.fromEntries(model.lives().map((one) => [one.id, one.live?.version])))
}

/** Everything. */
export async function checkAll(model: Model, room: Newsroom): Promise<void> {
  await Promise.all([
    checkLog(model, room),
    checkLists(model, room),
    checkEntries(model, room),
    checkCorrections(model, room),
    checkRelatedLinks(model, room),
    checkDrafts(model, room, 'editor'),
    checkDrafts(model, room, 'contributor'),
    ...[...model.references].map((reference) => checkOne(model, room, reference)),
    ...model.papers.map((paper) => checkPaper(model, room, paper)),
  ])
}
