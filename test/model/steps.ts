/** What editors, contributors and the clock do: each step is done to the service and to the model, and compared. */
import fc from 'fast-check'
import type { Response } from 'supertest'
import { publishDue } from '../../src/articles/lifecycle/scheduler.ts'
import { recompileStale } from '../../src/editions/recompile-stale.ts'
import { linesIn } from '../harness/document.ts'
import type { Newsroom } from '../harness/newsroom.ts'
import { checkAll, checkOne } from './check.ts'
import {
  type Action,
  allowed,
  type Content,
  found,
  type Model,
  type Paper,
  type Who,
  working,
} from './newsroom-model.ts'

type Step = fc.AsyncCommand<Model, Newsroom>

/** Generates steps of one kind from arguments. */
const kind = <T>(
  name: string,
  given: fc.Arbitrary<T>,
  run: (model: Model, room: Newsroom, given: T) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): fc.Arbitrary<Step> =>
  given.map((one) => ({ check, run: (model, room) => run(model, room, one), toString: () => `${name}(${show(one)})` }))

const show = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))

/** One of the articles; some more often, so that much happens to them. */
const target = fc.constantFrom(0, 0, 0, 1, 1, 2, 2, 3, 4, 5)

/** A step with one article, whichever it is. */
const onPaper = <T extends object>(
  name: string,
  given: { [K in keyof T]: fc.Arbitrary<T[K]> },
  run: (model: Model, room: Newsroom, paper: Paper, given: T) => Promise<void>,
) =>
  kind(
    name,
    fc.record({ paper: target, ...given } as never) as fc.Arbitrary<T & { paper: number }>,
    async (model, room, one) => {
      const paper = found(model.papers[one.paper % model.papers.length])
      await run(model, room, paper, one)
      await checkOne(model, room, paper.id)
    },
    (model) => model.papers.length > 0,
  )

const who = fc.constantFrom<Who>('editor', 'editor', 'editor', 'contributor')
const rarely = fc.nat(3).map((n) => n === 0)
const evenly = fc.boolean()

/** What is sent of an article; numbers choose from what there is. */
interface Change {
  slug?: number
  section?: number | null
  authors?: number[]
  tags?: number[]
  links?: number[]
}
const change: fc.Arbitrary<Change> = fc.record(
  {
    slug: fc.nat(4),
    section: fc.option(fc.nat(2)),
    authors: fc.subarray([0, 1]),
    tags: fc.subarray([0, 1]),
    links: fc.array(fc.nat(5), { maxLength: 2 }),
  },
  { requiredKeys: [] },
)

const EMPTY: Omit<Content, 'headline' | 'summary'> = { section: null, authors: [], tags: [], links: [] }

/** The body of a request that makes the change, and the content that it leads to. */
function sent(model: Model, wanted: Change, before: Content, words: Partial<Content>) {
  const content = { ...before, ...words }
  const body: Record<string, unknown> = { ...words }
  const ids = (noun: 'author' | 'tag', numbers: number[]) => numbers.map((n) => found(model.of(noun)[n]).id)
  if (wanted.slug !== undefined) body.slug = `address-${wanted.slug}`
  if (wanted.section !== undefined)
    body.section = content.section = wanted.section === null ? null : found(model.of('section')[wanted.section]).id
  if (wanted.authors) body.authors = content.authors = ids('author', wanted.authors)
  if (wanted.tags) body.tags = content.tags = ids('tag', wanted.tags)
  if (wanted.links && model.papers.length > 0) {
    const targets = wanted.links.map((n) => found(model.papers[n % model.papers.length]).id)
    content.links = targets.map((to) => ({ n: model.next(), to }))
    body.relatedLinks = targets.map((article) => ({ article }))
  }
  return { body, content, slug: body.slug as string | undefined }
}

const answers = (response: Response, status: number, more: object = {}): void =>
  expect({ status: response.status, body: response.body }).toEqual({
    status,
    body: Object.keys(more).length > 0 ? expect.objectContaining(more) : expect.anything(),
  })

const refusal = (paper: Paper) => ({
  type: '/problems/transition-not-allowed',
  state: paper.status,
  allowed: allowed(paper),
})

/** One line of a bulk request, in the form of the reply to a single one. */
async function inBulk(room: Newsroom, by: Who, line: object): Promise<Response> {
  const request = room[by].post('/v1/bulk').type('application/x-ndjson').buffer(true)
  const [result] = linesIn<{ status: number; problem?: object }>(await request.send(JSON.stringify(line)).expect(200))
  return { ...found(result), body: result?.problem ?? result } as unknown as Response
}

/** How an article is to be made. */
interface Making {
  by: Who
  publish: boolean
  bulk: boolean
  change: Change
}

/** Makes an article. */
export async function make(model: Model, room: Newsroom, { by, publish, bulk, change }: Making): Promise<void> {
  const words = model.words()
  const { body, content, slug } = sent(model, change, { ...EMPTY, ...words }, words)
  const response = bulk
    ? await inBulk(room, by, { op: 'create', body, publish })
    : await room[by].post(`/v1/articles?publish=${publish}`).send(body)
  if ((publish || slug !== undefined) && by === 'contributor') return answers(response, 403)
  if (!model.resolves(by, content)) return answers(response, 422)
  if (slug !== undefined && model.isTaken(slug)) return answers(response, 409, { type: '/problems/conflict' })
  answers(response, 201, { version: 1, ...(slug !== undefined && { slug }) })
  const { id, slug: given } = response.body
  expect([model.isTaken(given), given.endsWith(id.slice(-8))]).toEqual([false, by === 'contributor'])
  const never = { live: null, seen: null, publishedAt: null, updatedAt: null, publishAt: null, embargoUntil: null }
  const paper: Paper = {
    ...{ id, owner: by, createdAt: model.now, slug: given, status: 'draft', versions: [content] },
    ...{ ...never, wereLive: new Set(), isTrashed: false, notice: null },
  }
  model.papers.push(paper)
  model.references.add(id)
  model.claim(given, paper)
  if (publish) model.publish(paper)
  await checkOne(model, room, id)
}

const create = kind(
  'create',
  fc.record({ by: who, publish: rarely, bulk: rarely, change }),
  make,
  ({ papers }) => papers.length < 6,
)

const patch = onPaper(
  'patch',
  { by: who, publish: rarely, isNew: fc.nat(4).map((n) => n > 0), match: fc.nat(5), bulk: rarely, change },
  async (model, room, paper, { by, publish, isNew, match, bulk, change }) => {
    const version = paper.versions.length
    const { body, content, slug } = sent(model, change, working(paper), isNew ? model.words() : {})
    const condition = bulk ? undefined : { 3: `"${version}"`, 4: `"${version - 1}"`, 5: `"${version + 1}", "x"` }[match]
    const request = room[by].patch(`/v1/articles/${paper.id}?publish=${publish}`)
    if (condition !== undefined) request.set('if-match', condition)
    const response = bulk
      ? await inBulk(room, by, { op: 'update', id: paper.slug, body, publish })
      : await request.send(body)
    if (publish && by === 'contributor') return answers(response, 403)
    if (paper.isTrashed || !model.maySee(by, paper)) return answers(response, 404)
    if (condition !== undefined && match > 3) return answers(response, 412, { currentVersion: version })
    if (!model.resolves(by, content, working(paper))) return answers(response, 422)
    const isSame = JSON.stringify(content) === JSON.stringify(working(paper)) && (slug ?? paper.slug) === paper.slug
    const choosesSlug = (slug ?? paper.slug) !== paper.slug
    if (!isSame && by === 'contributor' && (paper.publishAt !== null || choosesSlug)) return answers(response, 403)
    if (slug !== undefined && model.isTaken(slug, paper.id))
      return answers(response, 409, { type: '/problems/conflict' })
    if (publish && !allowed(paper).includes('publish')) return answers(response, 409, refusal(paper))
    model.save(paper, content, slug)
    if (publish) model.publish(paper)
    answers(response, 200, { version: paper.versions.length, slug: paper.slug })
  },
)

/** A transition: refused with what can be done instead, or done. */
async function transition(
  [model, room, paper, by]: [Model, Newsroom, Paper, Who],
  { action, path = action, body = {} }: { action: Action; path?: string; body?: object },
  go: () => void,
): Promise<void> {
  const response = await room[by].post(`/v1/articles/${paper.id}/${path}`).send(body)
  if (by === 'contributor' && action !== 'submit') return answers(response, 403)
  if (paper.isTrashed || !model.maySee(by, paper)) return answers(response, 404)
  if (!allowed(paper).includes(action)) return answers(response, 409, refusal(paper))
  go()
  answers(response, 200, { status: paper.status, version: paper.versions.length, publishAt: paper.publishAt })
}

const simple = (name: 'publish' | 'unpublish' | 'unschedule' | 'submit' | 'return') =>
  onPaper(name, { by: who }, (model, room, paper, { by }) =>
    transition([model, room, paper, by], { action: name }, () => {
      if (name === 'submit') paper.status = 'in-review'
      else if (name === 'return') paper.status = paper.publishedAt ? 'unpublished' : 'draft'
      else model[name](paper)
    }),
  )

const schedule = onPaper(
  'schedule',
  {
    by: who,
    at: fc.constantFrom(1, 1, 2, undefined, 0),
    embargo: fc.constantFrom(undefined, undefined, undefined, 1, 2, 0),
  },
  async (model, room, paper, { by, at, embargo }) => {
    const time = (minutes: number | undefined) =>
      minutes === undefined ? undefined : new Date(room.clock.time.getTime() + minutes * 60_000).toISOString()
    const [goes, until] = [time(at ?? (embargo === undefined ? 1 : undefined)), time(embargo)]
    const body = { at: goes, embargoUntil: until }
    const isWrong = at === 0 || embargo === 0 || (goes !== undefined && until !== undefined && until > goes)
    if (isWrong && by === 'editor' && !paper.isTrashed) {
      const response = await room[by].post(`/v1/articles/${paper.id}/publish`).send(body)
      return answers(response, 400, { type: '/problems/validation' })
    }
    await transition([model, room, paper, by], { action: 'schedule', path: 'publish', body }, () =>
      model.schedule(paper, found(goes ?? until), until ?? null),
    )
  },
)

const retract = onPaper(
  'retract',
  { by: who, replacement: fc.option(fc.nat(5)) },
  async (model, room, paper, { by, replacement }) => {
    const instead = replacement === null ? null : found(model.papers[replacement % model.papers.length])
    const reason = `Taken back ${model.next()}.`
    const body = { reason, replacement: instead?.id ?? null }
    if (by === 'editor' && !paper.isTrashed && instead?.isTrashed)
      return answers(await room[by].post(`/v1/articles/${paper.id}/retract`).send(body), 422)
    await transition([model, room, paper, by], { action: 'retract', body }, () =>
      model.retract(paper, reason, instead?.id ?? null),
    )
  },
)

const correct = onPaper('correct', { update: evenly }, async (model, room, paper, { update }) => {
  const body = { kind: update ? 'update' : 'correction', text: `Put right ${model.next()}.` }
  const response = await room.editor.post(`/v1/articles/${paper.id}/corrections`).send(body)
  if (paper.isTrashed) return answers(response, 404)
  if (!paper.live) return answers(response, 409, { type: '/problems/transition-not-allowed' })
  model.correct(paper, body.kind, body.text)
  answers(response, 201, { ...body, at: model.now })
})

const trash = onPaper('trash', { stale: rarely, bulk: rarely }, async (model, room, paper, { stale, bulk }) => {
  const request = room.editor.delete(`/v1/articles/${paper.id}`)
  if (stale) request.set('if-match', `"${paper.versions.length + 1}"`)
  const response = bulk && !stale ? await inBulk(room, 'editor', { op: 'delete', id: paper.id }) : await request
  if (paper.isTrashed) return answers(response, 404)
  if (stale) return answers(response, 412)
  model.trash(paper)
  answers(response, 204)
})

const untrash = onPaper('untrash', {}, async (_model, room, paper) => {
  const response = await room.editor.post(`/v1/articles/${paper.id}/restore`)
  if (!paper.isTrashed) return answers(response, 404)
  paper.isTrashed = false
  answers(response, 200, { status: paper.status, version: paper.versions.length, publishAt: null })
})

const erase = onPaper('erase', { byAdmin: fc.nat(3).map((n) => n > 0) }, async (model, room, paper, { byAdmin }) => {
  const response = await room[byAdmin ? 'admin' : 'editor'].delete(`/v1/articles/${paper.slug}?permanent=true`)
  if (!byAdmin) return answers(response, 403)
  if (model.isLinked(paper)) return answers(response, 409, { type: '/problems/in-use' })
  model.erase(paper)
  answers(response, 204)
})

const goBack = onPaper('goBack', { by: who, to: fc.nat(4) }, async (model, room, paper, { by, to }) => {
  const number = 1 + to
  const response = await room[by].post(`/v1/articles/${paper.id}/revisions/${number}/restore`)
  const content = paper.versions[number - 1]
  if (paper.isTrashed || !model.maySee(by, paper) || !content) return answers(response, 404)
  if (!model.resolves(by, content, working(paper))) return answers(response, 422)
  const isSame = JSON.stringify(content) === JSON.stringify(working(paper))
  if (!isSame && by === 'contributor' && paper.publishAt !== null) return answers(response, 403)
  model.save(paper, content)
  answers(response, 200, { version: paper.versions.length, headline: content.headline, slug: paper.slug })
})

const rename = kind(
  'rename',
  fc.record({ entry: fc.nat(6), how: fc.constantFrom('name', 'slug', 'parent'), to: fc.nat(3) }),
  async (model, room, { entry, how, to }) => {
    const one = found(model.entries[entry])
    const parent = (one.noun === 'section' && model.of('section')[to]) || null
    const n = model.next()
    const body = {
      name: { name: `Named ${n}` },
      slug: { slug: `${one.noun}-${n}` },
      parent: one.noun === 'section' ? { parent: parent?.id ?? null } : { name: one.name },
    }[how]
    const response = await room.editor.patch(`/v1/${one.noun}s/${one.id}`).send(body)
    if (how === 'parent' && parent && model.lineage(parent.id).includes(one)) return answers(response, 400)
    const isSame = how === 'parent' && (one.noun !== 'section' || parent === one.parent)
    Object.assign(one, how === 'parent' ? one.noun === 'section' && { parent } : body)
    answers(response, 200, { name: one.name, slug: one.slug })
    if (isSame) return
    one.version += 1
    model.log.push({ type: `${one.noun}.updated`, target: one.id, slug: one.slug, version: one.version })
  },
)

const pass = kind('pass', fc.constantFrom(1, 0, 1000, 60_000, 90_000, 150_000), async (model, room, milliseconds) => {
  room.clock.tick(milliseconds)
  expect(await publishDue(room)).toBe(model.publishDue())
})

const refresh = kind('refresh', fc.constant(undefined), (_model, { storage }) => recompileStale(storage))
const look = kind('look', fc.constant(undefined), (model, room) => checkAll(model, room))

const often = <T>(times: number, one: T): T[] => Array(times).fill(one)

/** All steps there are; those that make more of a story come more often. */
export const steps: fc.Arbitrary<Step>[] = [
  ...often(2, create),
  ...often(6, patch),
  ...often(3, simple('publish')),
  ...(['unpublish', 'unschedule', 'submit', 'return'] as const).map(simple),
  ...often(4, schedule),
  ...often(3, pass),
  ...often(2, rename),
  ...often(2, goBack),
  ...often(2, untrash),
  ...often(2, trash),
  ...[retract, correct, erase, refresh],
  ...often(2, look),
]
