/**
 * What is hidden is answered like what does not exist, by every operation of the OpenAPI document and for every role; and
 * nothing public depends on anything private.
 */
import type { Response } from 'supertest'
import { type Role, roles } from '../../src/access/roles.ts'
import { newId } from '../../src/lib/id.ts'
import { type Operation, operationsOf } from '../harness/fuzz/operation.ts'
import { type Client, type Newsroom, newsroom } from '../harness/newsroom.ts'

let room: Newsroom
let operations: Operation[]
let keyId: string
let clients: Record<Role, Client>

beforeAll(async () => {
  room = await newsroom()
  const { anyone, reader, partner, contributor, editor, admin, app } = room
  clients = { anonymous: anyone, reader, partner, contributor, editor, admin }
  keyId = (await room.newKey('partner')).id
  operations = operationsOf(app.swagger() as unknown as Record<string, unknown>)
  for (const [list, name] of Object.entries({ sections: 'World', tags: 'Ports', authors: 'Ana Moreau' }))
    await editor.post(`/v1/${list}`).send({ name }).expect(201)
  await editor.post('/v1/sources').send({ name: 'Harbour Office', kind: 'organization' }).expect(201)
})
afterAll(() => room.close())

/** Something that requests name: by the parameters of a path, and of the query. */
interface Thing {
  parameters: Record<string, string>
  slug: string
}

const absent = (...names: string[]): Thing => ({
  parameters: Object.fromEntries(names.map((name) => [name, newId()])),
  slug: 'no-such-thing',
})

/** An article with a citation, a related link and a preview. */
async function makeArticle(headline: string, { by = room.editor, query = '' } = {}): Promise<Thing> {
  const { body } = await by
    .post(`/v1/articles${query}`)
    .send({
      headline,
      section: 'world',
      tags: ['ports'],
      authors: ['ana-moreau'],
      citations: [{ source: 'harbour-office', relation: 'quoted' }],
      relatedLinks: [{ url: 'https://tides.example/', title: 'Tides' }],
    })
    .expect(201)
  const preview = await by.post(`/v1/articles/${body.id}/preview`).expect(201)
  const parameters = {
    article: body.id,
    citation: body.citations[0].id,
    link: body.relatedLinks[0].id,
    preview: preview.body.id,
  }
  return { parameters, slug: body.slug }
}

/** All that a reply says, but for what belongs to the one request or its connection, and the names that it echoes. */
function saidBy({ status, headers, text }: Response, { parameters, slug }: Thing): string {
  const {
    date,
    'x-request-id': id = '',
    'content-length': length,
    etag,
    connection,
    'keep-alive': time,
    ...others
  } = headers
  return [...Object.values(parameters), slug, id].reduce(
    (rest, name) => rest.replaceAll(name, 'NAME'),
    `${status} ${text} ${JSON.stringify(others)}`,
  )
}

/** An operation as a role tries it: about a live edition or a working copy, named by its id or its slug. */
interface Case {
  operation: Operation
  role: Role
  version: 'live' | 'draft'
  by: 'id' | 'slug'
}

function casesOf(operation: Operation): Case[] {
  const { method, path } = operation
  const isPublic = method === 'GET' && !/revisions|access|receipts/.test(path)
  const versions = takesVersion(operation) ? (['live', 'draft'] as const) : ([isPublic ? 'live' : 'draft'] as const)
  const ways = path.includes('{link}') || method !== 'GET' ? (['id'] as const) : (['id', 'slug'] as const)
  return everyone.flatMap((role) => versions.flatMap((version) => ways.map((by) => ({ operation, role, version, by }))))
}

const takesVersion = ({ parameters }: Operation) => parameters.some(({ name }) => name === 'version')

/** Sends an operation about something, with a condition that nothing meets: it changes nothing that has a version. */
function attempt({ operation, role, version, by }: Case, { parameters, slug }: Thing) {
  const { method, path, content } = operation
  const [kind] = Object.keys(parameters)
  const named = (name: string) => (by === 'slug' && name === kind ? slug : (parameters[name] ?? defaults[name] ?? '1'))
  const defaults: Record<string, string> = { key: keyId, version }
  const query = operation.parameters
    .filter(({ in: place, name, required }) => place === 'query' && (required || ['article', 'version'].includes(name)))
    .map(({ name }) => `${name}=${named(name)}`)
    .join('&')
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => named(name)) + (query && `?${query}`)
  const request = clients[role][method.toLowerCase() as keyof Client](url)
  if (operation.parameters.some(({ name }) => name.toLowerCase() === 'if-match')) request.set('if-match', '"999"')
  const { example } = (content['application/json'] ?? {}) as { example?: object }
  return example ? request.send(example) : request
}

const everyone = Object.keys(roles) as Role[]
const editors: readonly Role[] = ['editor', 'admin']
/** Which of these articles a role sees, as live editions and as working copies. */
const seen: Record<'live' | 'draft', Record<string, readonly Role[]>> = {
  live: { live: everyone, retracted: everyone },
  draft: {
    own: ['contributor', ...editors],
    ...Object.fromEntries(['other', 'live', 'embargoed', 'retracted', 'unpublished'].map((name) => [name, editors])),
  },
}
/** The operations that see others, by the version they are about. */
const seenBy: Record<string, Record<string, readonly Role[]>> = {
  'getRelatedLink live': { live: everyone },
  'restoreArticle draft': { trashed: editors },
  'listArticleReceipts draft': { ...seen.draft, trashed: editors },
  'getNinjs live': { ...seen.live, embargoed: editors },
}

describe('what is hidden is answered like what does not exist', () => {
  it('by every operation on an article, to every role', async () => {
    const { editor, contributor } = room
    const things: Record<string, Thing> = {
      own: await makeArticle('Of a contributor', { by: contributor }),
      other: await makeArticle("Another's draft"),
      live: await makeArticle('Live', { query: '?publish=true' }),
      embargoed: await makeArticle('Embargoed'),
      retracted: await makeArticle('Retracted', { query: '?publish=true' }),
      unpublished: await makeArticle('Unpublished', { query: '?publish=true' }),
      trashed: await makeArticle('Trashed', { query: '?publish=true' }),
    }
    const transition = async (name: string, action: string, sent: object = {}) =>
      editor.post(`/v1/articles/${things[name]?.parameters.article}/${action}`).send(sent).expect(200)
    await transition('embargoed', 'publish', { embargoUntil: '2031-01-01T00:00:00Z' })
    await transition('retracted', 'retract', { reason: 'Forged.' })
    await transition('unpublished', 'unpublish')
    await editor.delete(`/v1/articles/${things.trashed?.parameters.article}`).expect(204)

    const ofArticles = operations.filter(
      ({ path, parameters }) => /\{(article|link)\}/.test(path) || parameters.some(({ name }) => name === 'article'),
    )
    expect(ofArticles.length).toBeGreaterThan(30)
    const wrong: unknown[] = []
    for (const one of ofArticles.flatMap(casesOf)) wrong.push(...(await differences(one, things)))
    expect(wrong.slice(0, 3)).toEqual([])
  })

  it('by every operation on an entry that is in the trash', async () => {
    const wrong: unknown[] = []
    for (const kind of ['author', 'source', 'section', 'tag']) {
      const thing = await makeTrashed(kind)
      const ofKind = operations.filter(({ path }) => path.includes(`{${kind}}`))
      for (const one of ofKind.flatMap(casesOf)) {
        const isSeen = one.operation.path.endsWith('/restore') && editors.includes(one.role)
        const said = await Promise.all([thing, absent(kind)].map(async (it) => saidBy(await attempt(one, it), it)))
        if ((said[0] === said[1]) === isSeen) wrong.push([one.operation.operationId, one.role, one.by, ...said])
        if (isSeen) await room.editor.delete(`/v1/${kind}s/${thing.parameters[kind]}`).expect(204)
      }
    }
    expect(wrong.slice(0, 3)).toEqual([])
  })
})

/** An entry in the trash. */
async function makeTrashed(kind: string): Promise<Thing> {
  const sent = { name: `Trashed ${kind}`, ...(kind === 'source' && { kind: 'person' }) }
  const { body } = await room.editor.post(`/v1/${kind}s`).send(sent).expect(201)
  await room.editor.delete(`/v1/${kind}s/${body.id}`).expect(204)
  return { parameters: { [kind]: body.id }, slug: body.slug }
}

/** Which articles are not answered as they should be: like what does not exist, unless the role sees them. */
async function differences(one: Case, things: Record<string, Thing>): Promise<unknown[]> {
  const { operation, version, role, by } = one
  const nothing = absent('article', 'link', 'citation', 'preview')
  const missing = await attempt(one, nothing)
  const isRefused = [401, 403].includes(missing.status)
  const seenHere = seenBy[`${operation.operationId} ${version}`] ?? seen[version]
  // A role that may not do this at all is refused before anything is looked for: one article shows it.
  const tried = isRefused ? ['other'] : Object.keys(things)
  const found = tried.map(async (name) => {
    const thing = things[name] as Thing
    const reply = await attempt(one, thing)
    const said = [saidBy(reply, thing), saidBy(missing, nothing)]
    const isSeen = !isRefused && (seenHere[name]?.includes(role) ?? false)
    const isRight = isSeen === (said[0] !== said[1]) && isRefused === [401, 403].includes(reply.status)
    return isRight ? [] : [[operation.operationId, version, role, by, name, ...said]]
  })
  return (await Promise.all(found)).flat()
}

/** Public reads with every choice that the document has for a parameter, and with what is asked for in private texts. */
function publicUrls(names: Record<string, string>, words: string[]): string[] {
  const urls: string[] = []
  for (const { method, path, parameters } of operations) {
    if (method !== 'GET' || path.includes('{token}') || /livez|readyz/.test(path)) continue
    const base = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '1')
    const required = parameters.filter((one) => one.in === 'query' && one.required).map(({ name }) => `${name}=bridge`)
    const choices = parameters.flatMap(({ in: place, name, schema, example }) => {
      const items = schema.items as { enum?: string[] } | undefined
      const values = [...((schema.enum ?? items?.enum ?? []) as string[]), example]
      if (schema.type === 'boolean') values.push('true')
      if (name === 'q') values.push(...words)
      if (name in names) values.push(names[name])
      const given = [...new Set(values.filter((value) => value !== undefined).map(String))]
      return place === 'query' ? given.map((value) => `${name}=${encodeURIComponent(value)}`) : []
    })
    for (const choice of ['', ...choices]) {
      const others = required.filter((one) => one.split('=', 1)[0] !== choice.split('=', 1)[0])
      const query = [...others, choice].filter(Boolean).join('&')
      urls.push(query ? `${base}?${query}` : base)
    }
  }
  return urls
}

it('no public reply changes by a byte when anything private changes', async () => {
  // Without a cache, so that every reply is built anew.
  const environment = { CACHE_BYTES: '0', SECRETS_KEY: 'a-key-for-secrets-that-is-long-enough' }
  const { admin, editor, contributor, anyone, reader, close } = await newsroom(environment)
  const make = async (path: string, sent: object, client: Client = editor) =>
    (await client.post(`/v1/${path}`).send(sent).expect(201)).body
  const author = await make('authors', { name: 'Ana Moreau', email: 'ana@private.example' })
  await make('sources', { name: 'Harbour Office', kind: 'organization' })
  await make('sections', { name: 'World News' })
  await make('tags', { name: 'Infrastructure' })
  const content = {
    headline: 'Bridge reopens',
    section: 'world-news',
    authors: ['ana-moreau'],
    tags: ['infrastructure'],
    citations: [{ source: 'harbour-office', relation: 'quoted' }],
    body: { format: 'text', value: 'The bridge reopened.' },
  }
  const live = await make('articles?publish=true', { ...content, slug: 'bridge', note: 'private' })
  await make('articles?publish=true', { ...content, headline: 'Storm', relatedLinks: [{ article: live.id }] })
  const draft = await make('articles', { ...content, headline: 'A draft' }, contributor)
  const embargoed = await make('articles', { ...content, headline: 'Under embargo' })
  const publication = { embargoUntil: '2031-01-01T00:00:00Z' }
  await editor.post(`/v1/articles/${embargoed.id}/publish`).send(publication).expect(200)
  const key = await make('api-keys', { name: 'Wire', role: 'partner' }, admin)

  const names = { article: 'bridge', author: 'ana-moreau', source: 'harbour-office', section: 'world-news' }
  const more = { tag: 'infrastructure', link: live.id, page: '2030-01.xml', preview: live.id, citation: live.id }
  const urls = publicUrls({ ...names, ...more }, ['unseenword', 'bridge', draft.slug])
  expect(urls.length).toBeGreaterThan(150)
  const replyTo = async (url: string, client: Client) => {
    const { status, text = '', headers } = await client.get(url).set('x-request-id', 'same')
    return `${url} ${status} ${text} ${JSON.stringify({ ...headers, date: null })}`
  }
  const snapshot = async () => {
    const replies: string[] = []
    for (const url of urls) replies.push(await replyTo(url, anyone))
    for (const url of urls.filter((one) => !one.includes('?'))) replies.push(await replyTo(url, reader))
    return replies
  }
  const before = await snapshot()
  const hidden = {
    headline: 'Unseenword bridge',
    body: { format: 'text', value: 'unseenword' },
    externalId: 'unseenword-1',
    note: 'unseenword',
    tags: [],
    relatedLinks: [{ url: 'https://unseenword.example/', title: 'Unseenword' }],
  }
  for (const { id } of [live, embargoed, draft])
    await editor
      .patch(`/v1/articles/${id}`)
      .send({ ...hidden, externalId: `unseenword-${id}` })
      .expect(200)
  await make('articles', { ...hidden, slug: 'unseenword' })
  await contributor.post(`/v1/articles/${draft.id}/submit`).send({ note: 'unseenword' }).expect(200)
  await editor.post(`/v1/articles/${draft.id}/preview`).expect(201)
  await editor.patch(`/v1/authors/${author.id}`).send({ email: 'unseenword@private.example' }).expect(200)
  await admin.patch(`/v1/api-keys/${key.id}`).send({ name: 'Unseenword', rateLimit: 7 }).expect(200)
  await make('webhooks', { url: 'https://unseenword.example/', events: ['article.*'] }, admin)
  const removed = await make('articles', { ...hidden, headline: 'Unseenword removed', externalId: null })
  await editor.delete(`/v1/articles/${removed.id}`).expect(204)
  const after = await snapshot()
  const changed = after.flatMap((reply, index) => (reply === before[index] ? [] : [[before[index], reply]]))
  expect(changed.slice(0, 3)).toEqual([])
  await editor.post(`/v1/articles/${live.id}/publish`).expect(200)
  // What is public does change a reply.
  const list = await replyTo('/v1/articles', anyone)
  expect(after.filter((reply) => reply.startsWith('/v1/articles 200'))).toHaveLength(2)
  expect(after).not.toContain(list)
  await close()
})
