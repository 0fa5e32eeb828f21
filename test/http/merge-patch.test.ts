/** Every member of every merge patch in the OpenAPI document: with `null`, and as replies have it. */
import { eq } from 'drizzle-orm'
import { media as mediaTable } from '../../src/storage/schema.ts'
import { storePhoto } from '../harness/media.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'

type Json = Record<string, unknown>

let room: Newsroom
let count = 0
let document: { paths: Record<string, Record<string, Json>>; components: { schemas: Record<string, Json> } }
beforeAll(async () => {
  const keys = { SECRETS_KEY: Buffer.alloc(32, 7).toString('base64') }
  room = await newsroom({ ...keys, WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' })
  document = (await room.anyone.get('/openapi.json').expect(200)).body
  for (const plural of ['authors', 'sections', 'tags']) await create(`/v1/${plural}`, { name: 'Of all' })
  await create('/v1/sources', { name: 'Of all', kind: 'outlet' })
  await create('/v1/articles?publish=true', { headline: 'Linked' })
})
afterAll(() => room.close())

const create = async (path: string, body: object): Promise<string> =>
  (await room.admin.post(path).send(body).expect(201)).body.id

const crop = { x: 0, y: 0, width: 0.5, height: 0.5 }
const image = { alt: 'Of its own', caption: 'Of its own', credit: 'Of its own', crop }
const citation = {
  ...{ source: 'of-all', relation: 'quoted', quote: 'We checked.', note: 'By telephone', position: 0 },
  ...{ url: 'https://example.org/q', accessedAt: '2020-01-01T00:00:00.000Z' },
}
const entry = { name: 'Patched', description: 'What it is' }

/** A resource with members of all kinds: how it is created from them, where it is, and where it is read. */
interface Patched {
  full: (media: string) => Json
  make: (members: Json) => Promise<string>
  read?: (path: string) => string
}

const entries = (plural: string, full: object): Patched => ({
  full: (media) => ({ ...full, image: media }),
  make: async (members) => `/v1/${plural}/${await create(`/v1/${plural}`, members)}`,
})

/** An item of an article that has another before it. */
const subItem = (place: (article: string) => { path: string; first: object; at: (id: string) => string }) =>
  async function make(members: Json): Promise<string> {
    const { path, first, at } = place(await create('/v1/articles', { headline: 'Of items' }))
    await create(path, first)
    return at(await create(path, members))
  }

const RESOURCES: Record<string, Patched> = {
  '/v1/articles/{article}': {
    full: (media) => ({
      ...{
        headline: 'Of all members',
        kicker: 'K',
        standfirst: 'S',
        summary: 'U',
        note: 'N',
        externalId: `wire-${++count}`,
      },
      ...{ dateline: { city: 'Port Ellery', country: 'NZ' }, section: 'of-all', authors: ['of-all'], tags: ['of-all'] },
      image: { media, ...image },
      citations: [{ source: 'of-all', relation: 'cited' }],
      relatedLinks: [{ article: 'linked' }],
      language: 'fr',
      seo: { title: 'T', description: 'D', canonicalUrl: 'https://example.org/', noIndex: true },
      rights: { usage: 'U', copyrightHolder: 'H', copyrightNotice: 'N' },
      ...{ publishedAt: '2020-01-01T00:00:00.000Z' },
      body: [{ type: 'paragraph', text: 'One.' }],
    }),
    make: async (members) => `/v1/articles/${await create('/v1/articles', members)}`,
    read: (path) => `${path}?version=draft`,
  },
  '/v1/articles/{article}/citations/{citation}': {
    full: () => citation,
    make: subItem((article) => ({
      path: `/v1/articles/${article}/citations`,
      first: { source: 'of-all', relation: 'cited' },
      at: (id) => `/v1/articles/${article}/citations/${id}`,
    })),
    read: (path) => path.replace(/\/[^/]+$/, '?version=draft'),
  },
  '/v1/related-links/{link}': {
    full: () => ({ article: 'linked', title: 'T', teaser: 'E', publisher: 'P', label: 'L', position: 0 }),
    make: subItem((parent) => ({
      path: `/v1/related-links?article=${parent}`,
      first: { url: 'https://example.org/', title: 'First' },
      at: (id) => `/v1/related-links/${id}`,
    })),
    read: (path) => `${path}?version=draft`,
  },
  '/v1/authors/{author}': entries('authors', {
    ...{ name: 'Patched', kind: 'organization', jobTitle: 'J', bio: 'B', email: 'ana@example.org' },
    ...{ avatar: 'https://example.org/a.jpg', links: [{ label: 'L', url: 'https://example.org/' }] },
  }),
  '/v1/sources/{source}': entries('sources', {
    ...{ ...entry, kind: 'agency', url: 'https://example.org/', affiliation: 'of-all', country: 'NZ' },
  }),
  '/v1/sections/{section}': entries('sections', { ...entry, parent: 'of-all', position: 5 }),
  '/v1/tags/{tag}': entries('tags', entry),
  '/v1/media/{media}': {
    full: () => ({
      ...{ name: 'Patched', alt: 'A', caption: 'C', credit: 'R', language: 'fr' },
      ...{ focalPoint: { x: 0.1, y: 0.1 }, crops: { wide: crop } },
      rights: {
        ...{ holder: 'H', licence: 'L', licenceUrl: 'https://example.org/', usage: 'U', restrictions: 'R' },
        ...{ expiresAt: '2040-01-01T00:00:00.000Z', regions: ['NZ'], syndication: 'denied' },
      },
    }),
    async make(members) {
      const nothing = { holder: null, licence: null, licenceUrl: null, usage: null }
      const { id } = await storePhoto(room, { alt: null, caption: null, credit: null, rights: nothing })
      await room.admin.patch(`/v1/media/${id}`).send(members).expect(200)
      return `/v1/media/${id}`
    },
  },
  '/v1/webhooks/{webhook}': {
    full: () => ({
      ...{ name: 'Patched', url: 'http://127.0.0.1:9/', events: ['article.*'], section: 'of-all' },
      ...{ include: ['edition'], media: 'all' },
    }),
    make: async (members) => `/v1/webhooks/${await create('/v1/webhooks', members)}`,
  },
  '/v1/api-keys/{key}': {
    full: () => ({
      ...{ name: 'Patched', rateLimit: 60 },
      grant: {
        ...{ sections: ['of-all'], tags: ['of-all'], languages: ['en'], usages: ['U'], formats: ['ninjs'] },
        ...{ embargoLeadSeconds: 60, media: true },
      },
    }),
    async make(members) {
      return `/v1/api-keys/${await create('/v1/api-keys', { role: 'partner', ...members })}`
    },
    read: () => '/v1/api-keys',
  },
}

/** What a resource always has: it cannot be cleared. */
const ALWAYS = [
  ...['headline', 'name', 'slug', 'kind of a source', 'url of a webhook', 'events', 'status', 'source', 'relation'],
  ...['dateline.city', 'image.media', 'image.id', 'x', 'y', 'width', 'height'],
]
const isAlways = (path: string, names: string[]): boolean => {
  if (path === '/v1/webhooks/{webhook}' && names[0] === 'name') return false
  const name = names.at(-1) ?? ''
  const qualified = [names.join('.'), `${name} of a ${/\{(\w+)\}$/.exec(path)?.[1]}`]
  return ALWAYS.some((one) => one === name || qualified.includes(one))
}

/** The members of a schema and of the objects in it, each with whether it takes null. */
function* membersOf(schema: Json, names: string[] = []): Generator<{ names: string[]; isNullable: boolean }> {
  const { properties = {} } = schema as { properties?: Record<string, Json> }
  for (const [name, member] of Object.entries(properties)) {
    if (String(member.description).startsWith('As replies have it')) continue
    const forms = ((member.anyOf as Json[] | undefined) ?? [member]).map(resolved)
    yield {
      names: [...names, name],
      isNullable: forms.some(({ type }) => type === 'null' || [type].flat().includes('null')),
    }
    if (name !== 'body') for (const form of forms) yield* membersOf(form, [...names, name])
  }
}

const resolved = (schema: Json): Json =>
  typeof schema.$ref === 'string' ? (document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema

const patched = Object.keys(RESOURCES)

/** An object that has a value where the names lead. */
const nested = (names: string[], value: unknown): Json =>
  names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Json

/** A copy without the member where the names lead. */
function without(object: Json, [name = '', ...rest]: string[]): Json {
  const { [name]: member, ...others } = object
  return rest.length === 0 ? others : { ...others, [name]: without(member as Json, rest) }
}

it('is known here of every resource that takes one', () => {
  const found = Object.entries(document.paths).flatMap(([path, { patch }]) => (patch ? [path] : []))
  expect(found.sort()).toEqual([...patched, '/v1/articles/{article}/body/{block}'].sort())
})

it.each(patched)('%s: null clears each optional member, as if it had been left out', async (path) => {
  const { full, make, read = (at: string) => at } = RESOURCES[path] as Patched
  const operation = document.paths[path]?.patch as { requestBody: { content: Record<string, { schema: Json }> } }
  const schema = resolved(operation.requestBody.content['application/json']?.schema ?? {})
  const { id: media } = await storePhoto(room)
  const shown = async (at: string, name: string) => {
    const { body } = await room.admin.get(read(at)).expect(200)
    const one = Array.isArray(body.data) ? body.data.find(({ id }: { id: string }) => at.endsWith(id)) : body
    return JSON.parse(JSON.stringify(one[name] ?? null))
  }
  for (const { names, isNullable } of membersOf(schema)) {
    const at = await make(full(media))
    const pointer = `/${names.join('/')}`
    const response = await room.admin.patch(at).send(nested(names, null))
    const { status, body } = response
    if (isAlways(path, names)) {
      expect({ pointer, status, isNullable }).toEqual({ pointer, status: 400, isNullable: false })
      expect(body.errors).toMatchObject([{ pointer }])
      continue
    }
    if (path.endsWith('{link}') && pointer === '/article') continue
    expect({ pointer, status, isNullable, body }).toMatchObject({ pointer, status: 200, isNullable: true })
    const [name = ''] = names
    const cleared = await shown(at, name)
    await room.admin.delete(at).expect(204)
    const twin = await make(without(full(media), names))
    expect({ pointer, value: cleared }).toEqual({ pointer, value: await shown(twin, name) })
    await room.admin.delete(twin).expect(204)
  }
})

/** What an article inherits words in: its image, links, and blocks, each with and without words of its own. */
const inheriting = (media: string, isOwn: boolean): Json => {
  const words = isOwn ? image : {}
  const { crop: _, ...spoken } = words as typeof image
  return {
    image: { media, ...words },
    relatedLinks: [
      { article: 'linked', ...(isOwn && { title: 'Of its own', teaser: 'Of its own' }) },
      { url: 'https://example.org/', title: 'Elsewhere' },
    ],
    body: [
      { type: 'image', media, ...spoken },
      { type: 'gallery', images: [{ media, ...words }, { media }, { url: 'https://example.org/a.jpg', alt: 'A' }] },
      { type: 'quote', text: 'We checked.', source: 'of-all' },
    ],
  }
}

it.each(patched)('%s: what a reply has can be sent back, and changes nothing', async (path) => {
  const { full, make, read = (at: string) => at } = RESOURCES[path] as Patched
  const operation = document.paths[path]?.patch as { requestBody: { content: Record<string, { schema: Json }> } }
  const { properties } = resolved(operation.requestBody.content['application/json']?.schema ?? {})
  const { id: media } = await storePhoto(room)
  const isArticle = path === '/v1/articles/{article}'
  const variants: Json[] = [
    full(media),
    ...(isArticle ? [true, false].map((isOwn) => ({ ...full(media), ...inheriting(media, isOwn) })) : []),
  ]
  for (const members of variants) {
    const at = await make(members)
    const readAll = async () => {
      const { body, headers } = await room.admin.get(read(at)).expect(200)
      const one = [body.data ?? (path.endsWith('{citation}') ? body.citations : body)]
        .flat()
        .find(({ id }: Json) => at.endsWith(String(id)))
      // A webhook has a new version after each PATCH.
      return path.endsWith('{webhook}')
        ? { one: { ...one, version: 0 } as Json }
        : { one: one as Json, etag: headers.etag }
    }
    const before = await readAll()
    const writable = Object.entries(before.one).filter(([name]) => name in (properties as Json))
    expect(writable.length).toBeGreaterThan(1)
    for (const sent of [...writable.map(([name, value]) => ({ [name]: value })), Object.fromEntries(writable)]) {
      const { status, body } = await room.admin.patch(at).send(sent)
      expect({ sent, status, errors: body.errors }).toEqual({ sent, status: 200, errors: undefined })
      if (!path.endsWith('{link}')) expect({ sent, ...(await readAll()) }).toEqual({ sent, ...before })
    }
    await room.storage.transaction((tx) =>
      tx
        .update(mediaTable)
        .set({ alt: 'Renamed', caption: 'Renamed', credit: 'Renamed' })
        .where(eq(mediaTable.id, media)),
    )
    if (!isArticle) continue
    const inherits = (members.image as Json).caption === undefined
    const words = { caption: inherits ? 'Renamed' : 'Of its own' }
    const { one } = await readAll()
    expect(one.image).toMatchObject(words)
    if (members.body !== variants[0]?.body) expect((one.body as Json[])[0]).toMatchObject(words)
    await room.admin.delete(at).expect(204)
  }
})
