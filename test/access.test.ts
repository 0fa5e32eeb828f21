import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { Response } from 'supertest'
import { type Role, roles } from '../src/access/roles.ts'
import { apiKeys } from '../src/storage/schema.ts'
import { type Client, type Newsroom, newsroom } from './harness/newsroom.ts'
import { problem } from './harness/problem.ts'
import { raw } from './harness/raw.ts'

const EMAIL = 'ana.private@example.org'
const NOWHERE = '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'

let room: Newsroom
/** Clients by role. */
let all: Record<Role, Client>
beforeAll(async () => {
  room = await newsroom()
  const { anyone, reader, partner, contributor, editor, admin } = room
  all = { anonymous: anyone, reader, partner, contributor, editor, admin }
  await editor.post('/v1/authors').send({ name: 'Ana Moreau', email: EMAIL }).expect(201)
  await editor.post('/v1/sources').send({ name: 'Harbour Office', kind: 'organization' }).expect(201)
  const article = {
    headline: 'Bridge reopens',
    authors: ['ana-moreau'],
    citations: [{ source: 'harbour-office', relation: 'quoted' }],
  }
  await editor.post('/v1/articles?publish=true').send(article).expect(201)
})
afterAll(() => room.close())

/** The reply but for what belongs to the one request. */
const shown = ({ status, body: { instance: _, ...body } }: Response) => ({ status, body })

/** Which operations each role gains, beside those of the roles before it. */
const gained: [roles: Role[], operations: string][] = [
  [
    ['anonymous', 'reader', 'partner', 'contributor', 'editor', 'admin'],
    `getLiveness getReadiness getMe getPreview
     getRss getAtom getJsonFeed getJsonLd getSitemapIndex getSitemap getNewsSitemap search listArticles getArticle listRelatedArticles listCitations listRelatedLinks getRelatedLink listCorrections listAllCorrections
     listAuthors getAuthor listSources getSource listSections getSection listTags getTag getMediaFile getRendition`,
  ],
  [['partner', 'editor', 'admin'], 'listChanges getSnapshot streamChanges acknowledgeChanges listAdvance getNinjs'],
  [
    ['contributor', 'editor', 'admin'],
    `createArticle updateArticle submitArticle
     createBlock updateBlock deleteBlock createCitation updateCitation deleteCitation createRelatedLink updateRelatedLink deleteRelatedLink
     listRevisions getRevision diffRevisions restoreRevision createPreview revokePreview bulk
     listMedia getMedia createMedia updateMedia replaceMediaFile`,
  ],
  [
    ['editor', 'admin'],
    `deleteArticle publishArticle unpublishArticle unscheduleArticle returnArticle retractArticle restoreArticle createCorrection
     createAuthor updateAuthor deleteAuthor createSource updateSource deleteSource
     createSection updateSection deleteSection createTag updateTag deleteTag listTrash restoreAuthor restoreSource restoreSection restoreTag
     deleteMedia restoreMedia takeDownMedia
     listReceipts explainAccess listArticleReceipts getJob cancelJob`,
  ],
  [
    ['admin'],
    `listApiKeys listAuditLog createApiKey updateApiKey rotateApiKey revokeApiKey
     listWebhooks createWebhook getWebhook updateWebhook deleteWebhook rotateWebhook testWebhook listDeliveries redeliver createBackup listJobs getVersion reinstateMedia`,
  ],
]
const operationsOf = (role: Role) =>
  gained.flatMap(([roles, operations]) => (roles.includes(role) ? operations.split(/\s+/) : []))

type Operation = { method: 'get' | 'post' | 'put' | 'patch' | 'delete'; path: string; id: string; security: object[] }
const operations = (): Operation[] =>
  Object.entries(room.app.swagger().paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { operationId: string; security: object[] }>).map(
      ([method, { operationId: id, security }]) => ({ method: method as Operation['method'], path, id, security }),
    ),
  )

/** Tries an operation on what is not there, with nothing to do. */
const tried = (client: Client, { method, path }: Operation) => {
  const where = path.replace('{number}', '1').replace(/\{\w+\}/g, NOWHERE)
  // A stream that begins does not end.
  const test = client[method](where.endsWith('/stream') ? `${where}?since=x` : where)
  return method === 'get' || method === 'delete' ? test : test.send({})
}

describe('the roles', () => {
  it('are documented for every operation', () => {
    const found = operations()
    expect(found.map(({ id }) => id).toSorted()).toEqual(operationsOf('admin').toSorted())
    const open = found.filter(({ security }) => security.length === 0 || security.some((s) => !('key' in s)))
    expect(open.map(({ id }) => id).toSorted()).toEqual(operationsOf('anonymous').toSorted())
  })

  it.each(Object.keys(roles) as Role[])('%s may do what is listed, and nothing else', async (role) => {
    const allowed = operationsOf(role)
    const refused = role === 'anonymous' ? 'unauthenticated' : 'forbidden'
    for (const operation of operations()) {
      const reply = await tried(all[role], operation)
      if (!allowed.includes(operation.id)) problem(refused)(reply)
      else
        expect({ id: operation.id, ok: [200, 400, 404, 409, 415].includes(reply.status) }).toEqual({
          id: operation.id,
          ok: true,
        })
    }
    const { body } = await room.admin.get('/v1/api-keys').expect(200)
    expect(body.data).toHaveLength(4)
  })

  it('are all refused without a key where reading is closed, but for what keeps the service running', async () => {
    const { anyone, reader, close } = await newsroom({ PUBLIC_READ: 'false' })
    const open = { getLiveness: 200, getReadiness: 200, getPreview: 404 } as Record<string, number>
    for (const operation of operations()) {
      const { status } = await tried(anyone, operation)
      expect([operation.id, status]).toEqual([operation.id, open[operation.id] ?? 401])
      if (operation.method === 'get')
        expect((await tried({ ...anyone, get: anyone.head }, operation)).status).toBe(status)
    }
    await reader.get('/v1/articles').expect(200)
    await anyone.get('/v1/nothing').expect(404)
    await anyone.get('/openapi.json').expect(200)
    await close()
  })

  it.each([
    ['anonymous', 401],
    ['reader', 403],
    ['partner', 403],
    ['contributor', 200],
    ['editor', 200],
  ] as const)('as to lists of drafts: %s %i', async (role, status) => {
    for (const list of ['articles', 'related-links']) await all[role].get(`/v1/${list}?version=draft`).expect(status)
  })

  it('leave permanent deletion to admins', async () => {
    for (const list of ['articles', 'authors', 'sources', 'sections', 'tags']) {
      await room.editor.delete(`/v1/${list}/${NOWHERE}?permanent=true`).expect(problem('forbidden'))
      await room.admin.delete(`/v1/${list}/${NOWHERE}?permanent=true`).expect(problem('not-found'))
    }
  })
})

describe('an invalid key', () => {
  it('is answered alike, whatever is wrong with it', async () => {
    const { newKey, admin, clock, anyone, url } = room
    const [revoked, rotated, good] = [await newKey('admin'), await newKey('admin'), await newKey('admin')]
    const expired = await newKey('admin', { expiresAt: new Date(clock.time.getTime() + 1_000).toISOString() })
    await expired.client.get('/v1/me').expect(200)
    await admin.delete(`/v1/api-keys/${revoked.id}`).expect(204)
    await admin.post(`/v1/api-keys/${rotated.id}/rotate`).expect(200)
    clock.tick(1_000)
    const [{ secretHash } = { secretHash: '' }] = await room.storage.reader.select().from(apiKeys)
    const credentials = [
      `Bearer ${revoked.token}`,
      `Bearer ${rotated.token}`,
      `Bearer ${expired.token}`,
      `Bearer ${good.token}x`,
      `Bearer ${good.token.slice(0, -1)}`,
      `Bearer ${good.token.slice(0, -1)}${good.token.endsWith('A') ? 'B' : 'A'}`,
      `Bearer ${good.token.toUpperCase()}`,
      `Bearer ${good.token}, Bearer ${good.token}`,
      `Bearer ${good.token.split('_').slice(0, 2).join('_')}_${secretHash}`,
      `Bearer dl_${'0'.repeat(32)}_${'A'.repeat(43)}`,
      `Bearer ' or 1=1 --`,
      `Basic ${Buffer.from(`key:${good.token}`).toString('base64')}`,
      `Token ${good.token}`,
      good.token,
      'Bearer',
      'Bearer undefined',
      '',
    ]
    const replies: unknown[] = []
    for (const path of ['/v1/api-keys', '/v1/authors', '/v1/nothing'])
      for (const credential of credentials) {
        const { status, headers, body } = await raw(
          url,
          `GET ${path} HTTP/1.1\r\nX-Request-Id: same\r\nAuthorization: ${credential}`,
        )
        const { instance, ...rest } = JSON.parse(body)
        expect(instance).toBe(headers['x-request-id'])
        const { date: _, 'x-request-id': __, ...others } = headers
        replies.push({ status, headers: others, rest })
      }
    expect(replies[0]).toMatchObject({ status: 401, rest: { type: '/problems/unauthenticated' } })
    expect(replies[0]).toHaveProperty(['headers', 'www-authenticate'], expect.stringMatching(/^Bearer /))
    for (const reply of replies) expect(reply).toEqual(replies[0])
    await good.client.get('/v1/api-keys').expect(200)
    expect(shown(await anyone.get('/v1/api-keys')).body).toEqual((replies[0] as { rest: object }).rest)
  })

  it('is refused at once, also while another writes: the audit log gets it later', async () => {
    const { as, storage, admin } = room
    // A reply that waited for a write would wait for this transaction, which waits for the reply.
    await storage.transaction(async () => {
      await as('no-key').get('/v1/me').set('x-request-id', 'while-writing').expect(401)
    })
    for (let text = ''; !text.includes('while-writing'); )
      ({ text } = await admin.get('/v1/audit-log?action=sign-in.refuse&limit=100').expect(200))
  })

  it('is refused although it was valid when a request began whose body arrived late', async () => {
    const { newKey, admin, editor, clock, url } = room
    const { id, token } = await newKey('editor')
    const { hostname, port } = new URL(url)
    const request = httpRequest({ hostname, port, path: '/v1/tags', method: 'POST' })
    request.setHeader('authorization', `Bearer ${token}`).setHeader('content-type', 'application/json')
    request.setHeader('expect', '100-continue').flushHeaders()
    // The server asks for the body once it has identified the sender.
    await once(request, 'continue')
    await admin.delete(`/v1/api-keys/${id}`).expect(204)
    clock.tick(2_000)
    request.end(JSON.stringify({ name: 'Too late' }))
    const [{ statusCode }] = await once(request, 'response')
    expect(statusCode).toBe(401)
    request.destroy()
    await editor.get('/v1/tags/too-late').expect(404)
  })

  it('is invalid as soon as it is rotated or revoked', async () => {
    const { newKey, admin, as } = room
    const { id, token, client } = await newKey('editor')
    const { body } = await admin.post(`/v1/api-keys/${id}/rotate`).expect(200)
    expect(body).toMatchObject({ id, role: 'editor', secret: expect.stringMatching(/^dl_/) })
    expect(body.secret).not.toBe(token)
    await client.get('/v1/me').expect(401)
    await as(body.secret).get('/v1/me').expect(200)
    await admin.delete(`/v1/api-keys/${id}`).expect(204)
    await as(body.secret).get('/v1/me').expect(401)
    await admin.delete(`/v1/api-keys/${id}`).expect(problem('not-found'))
    await admin.post(`/v1/api-keys/${id}/rotate`).expect(problem('not-found'))
  })

  it.each([
    [{ name: 'X', role: 'anonymous' }, '/role'],
    [{ name: 'X', role: 'superadmin' }, '/role'],
    [{ name: 'X' }, '/role'],
    [{ name: ' ', role: 'reader' }, '/name'],
    [{ name: 'X', role: 'reader', expiresAt: '2029-12-31T23:59:59Z' }, '/expiresAt'],
    [{ name: 'X', role: 'reader', expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ name: 'X', role: 'reader', rateLimit: 0 }, '/rateLimit'],
    [{ name: 'X', role: 'reader', rateLimit: '5' }, '/rateLimit'],
  ])('is not made: %j', async (body, pointer) => {
    await room.admin
      .post('/v1/api-keys')
      .send(body)
      .expect(problem('validation', { in: 'body', pointer }))
  })

  it.each(['secret', 'secretHash', 'id', 'permissions'])('is not made with a %s of its own', async (name) => {
    const body = { name: 'X', role: 'reader', [name]: 'x' }
    await room.admin
      .post('/v1/api-keys')
      .send(body)
      .expect(problem('unknown-property', { pointer: `/${name}` }))
  })
})

describe('/v1/me', () => {
  it.each([
    ['anonymous', ['live:read']],
    ['reader', ['live:read']],
    ['partner', ['live:read', 'changes:read']],
    ['contributor', ['live:read', 'drafts:write']],
    ['editor', ['live:read', 'changes:read', 'drafts:write', 'content:write']],
    ['admin', ['live:read', 'changes:read', 'drafts:write', 'content:write', 'admin']],
  ] as const)('describes a key of the role %s', async (role, permissions) => {
    const { body } = await all[role].get('/v1/me').expect(200)
    expect(body).toMatchObject({ role, permissions, expiresAt: null })
    expect(Object.keys(body).toSorted()).toEqual(['expiresAt', 'grant', 'id', 'name', 'permissions', 'role'])
  })

  it('says when a key expires', async () => {
    const { id, client } = await room.newKey('reader', { expiresAt: '2040-01-01T01:00:00+01:00' })
    const { body } = await client.get('/v1/me').expect(200)
    expect(body).toMatchObject({ id, expiresAt: '2040-01-01T00:00:00.000Z' })
  })
})

describe('the keys', () => {
  it.each([
    '/v1/api-keys',
    '/v1/api-keys/',
    '/v1/api-keys?',
    '/v1/api-keys?limit=1',
    '/v1/api-keys//',
    '//v1/api-keys',
    '/v1//api-keys',
    '/V1/api-keys',
    '/v1/API-KEYS',
    '/v1/Api-Keys',
    '/v1%2Fapi-keys',
    '/v1/api%2Dkeys',
    '/%761/api-keys',
    '/v1/%61pi-keys',
    '/v1/api-keys%2F',
    '/v1/./api-keys',
    '/v1/me/../api-keys',
    '/v1/articles/..%2Fapi-keys',
    '/v1/api-keys;x=1',
    '/v1/api-keys%20',
    '/v1\\api-keys',
    'http://localhost/v1/api-keys',
  ])('are closed to an editor at %s', async (path) => {
    const { token } = await room.newKey('editor')
    const body = JSON.stringify({ name: 'Mine', role: 'admin' })
    const head = `Authorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: `
    const replies = [
      await raw(room.url, `GET ${path} HTTP/1.1\r\n${head}0`),
      await raw(room.url, `HEAD ${path} HTTP/1.1\r\n${head}0`),
      await raw(room.url, `POST ${path} HTTP/1.1\r\n${head}${body.length}`, body),
    ]
    for (const { status, body } of replies) {
      expect([403, 404, 405]).toContain(status)
      expect(body).not.toContain('"data"')
    }
    expect(JSON.stringify((await room.admin.get('/v1/api-keys?limit=100').expect(200)).body)).not.toContain('Mine')
  })

  it('appear in no reply, nor do their hashes, but once when a key is created', async () => {
    const { newKey, admin, editor, storage } = room
    const { token, id } = await newKey('admin')
    const rotated = await admin.post(`/v1/api-keys/${id}/rotate`).expect(200)
    const rows = await storage.reader.select().from(apiKeys)
    const secrets = [token, rotated.body.secret].map((one) => one.split('_').slice(2).join('_'))
    const hidden = [...rows.map(({ secretHash }) => secretHash), ...secrets, 'secretHash', 'secret_hash']
    const replies = await Promise.all([
      ...operations()
        .filter(({ method }) => method === 'get')
        .flatMap((operation) => [tried(admin, operation), tried(editor, operation)]),
      admin.get('/v1/api-keys?limit=100'),
      admin.get('/v1/articles?version=draft'),
      admin.get('/v1/articles/bridge-reopens?version=draft'),
      admin.post('/v1/api-keys').send({ name: 'X', role: secrets[0] }),
      admin.delete(`/v1/api-keys/${id}`),
    ])
    for (const { text, headers } of replies)
      for (const one of hidden) expect(text + JSON.stringify(headers)).not.toContain(one)
    for (const { secretHash } of rows) expect(rotated.text).not.toContain(secretHash)
  })
})

describe('a draft', () => {
  const parts = ['', '/citations', '/corrections']

  it.each(['anonymous', 'reader', 'partner'] as const)('is nothing to %s, by id and by slug', async (role) => {
    const { body } = await room.editor
      .post('/v1/articles')
      .send({ headline: `Hidden from ${role}` })
      .expect(201)
    const client = all[role]
    for (const part of parts) {
      const missing = shown(await client.get(`/v1/articles/no-such-thing${part}`))
      for (const reference of [body.id, body.slug]) {
        expect(shown(await client.get(`/v1/articles/${reference}${part}`))).toEqual(missing)
        await client.head(`/v1/articles/${reference}${part}`).expect(404)
        await client.get(`/v1/related-links?article=${reference}`).expect(404)
      }
    }
    for (const query of ['', '&sort=headline', '&status=draft,published', '&language=en', '&fields=headline']) {
      const { text } = await client.get(`/v1/articles?count=true${query}`).expect(200)
      expect(text).not.toContain('Hidden from')
      expect(text).not.toContain(body.id)
    }
  })

  it('is for its contributor and for editors; for other contributors it does not exist', async () => {
    const { contributor, editor, newKey } = room
    const other = (await newKey('contributor')).client
    const made = await contributor.post('/v1/articles').send({ headline: 'From the field' }).expect(201)
    const { id, slug } = made.body
    const asDraft = (reference: string, part = '') => `/v1/articles/${reference}${part}?version=draft`
    await contributor.get(asDraft(id)).expect(200)
    await editor.get(asDraft(slug)).expect(200)
    const attempts = (reference: string) => [
      other.get(asDraft(reference)),
      other.head(asDraft(reference)),
      other.get(asDraft(reference, '/citations')),
      other.patch(`/v1/articles/${reference}`).send({ kicker: 'Taken' }),
      other.post(`/v1/articles/${reference}/submit`),
      other.post(`/v1/articles/${reference}/citations`).send({ source: 'harbour-office', relation: 'cited' }),
      other.post(`/v1/related-links?article=${reference}`).send({ url: 'https://x.example', title: 'X' }),
      other.get(`/v1/related-links?version=draft&article=${reference}`),
      other.get(`/v1/articles/${reference}/revisions`),
      other.get(`/v1/articles/${reference}/revisions/1`),
      other.get(`/v1/articles/${reference}/revisions/1/diff`),
      other.post(`/v1/articles/${reference}/revisions/1/restore`),
      other.post(`/v1/articles/${reference}/preview`),
    ]
    const missing = await Promise.all(attempts('no-such-thing'))
    expect(missing.map(({ status }) => status)).toEqual(missing.map(() => 404))
    for (const reference of [id, slug])
      expect((await Promise.all(attempts(reference))).map(shown)).toEqual(missing.map(shown))
    const { body: list } = await other.get('/v1/articles?version=draft&count=true').expect(200)
    expect(list).toMatchObject({ data: [], page: { total: 0 } })
    expect((await contributor.get(asDraft(id))).body).toEqual(made.body)
  })

  it('can be changed by its contributor, and not published', async () => {
    const { contributor, anyone } = room
    const { body } = await contributor.post('/v1/articles').send({ headline: 'Not to be published' }).expect(201)
    const path = `/v1/articles/${body.id}`
    await contributor.patch(path).send({ kicker: 'Mine' }).expect(200)
    await contributor.post(`${path}/publish`).expect(problem('forbidden'))
    await contributor.patch(`${path}?publish=true`).send({ kicker: 'Live' }).expect(problem('forbidden'))
    await contributor.post('/v1/articles?publish=true').send({ headline: 'Never made' }).expect(problem('forbidden'))
    await contributor.delete(path).expect(problem('forbidden'))
    const { body: after } = await contributor.get(`${path}?version=draft`).expect(200)
    expect(after).toMatchObject({ kicker: 'Mine', status: 'draft', liveVersion: null, version: 2 })
    await anyone.get(path).expect(404)
    expect((await contributor.get('/v1/articles?version=draft')).text).not.toContain('Never made')
  })

  it.each(['status', 'createdBy', 'role', 'version', 'liveVersion', 'id', 'createdAt', 'editedAt'])(
    'takes no %s from outside',
    async (name) => {
      const { contributor, editor } = room
      const { body } = await contributor.post('/v1/articles').send({ headline: 'Whose' }).expect(201)
      for (const client of [contributor, editor]) {
        await client
          .post('/v1/articles')
          .send({ headline: 'X', [name]: 'published' })
          .expect(problem('unknown-property', { in: 'body', pointer: `/${name}` }))
        await client
          .patch(`/v1/articles/${body.id}`)
          .send({ [name]: 'published' })
          .expect(problem('unknown-property', { in: 'body', pointer: `/${name}` }))
      }
    },
  )

  it('of another is not there for links and quotes either', async () => {
    const { contributor, editor } = room
    const { body } = await editor.post('/v1/articles').send({ headline: 'Top secret merger' }).expect(201)
    const link = (article: string) =>
      contributor.post('/v1/articles').send({ headline: 'Probing', relatedLinks: [{ article }] })
    const normal = (reply: Response, reference: string) =>
      JSON.stringify(shown(reply)).replaceAll(reference, 'REFERENCE')
    const missing = await link('no-such-thing').expect(problem('invalid-reference'))
    for (const reference of [body.id, body.slug]) {
      const reply = await link(reference)
      expect(normal(reply, reference)).toBe(normal(missing, 'no-such-thing'))
    }
  })

  it('of another, with the slug or the external id that a contributor would have, is not told of', async () => {
    const { contributor, editor, newKey } = room
    const other = (await newKey('contributor')).client
    const secret = { headline: 'Secret merger', slug: 'secret-merger', externalId: 'secret-1' }
    const hidden = await editor.post('/v1/articles').send(secret).expect(201)
    const create = (sent: object, client = contributor) =>
      client.post('/v1/articles').send({ headline: 'Mine', ...sent })
    /** Without ids and times, and without the name that was asked for. */
    const normal = ({ status, text }: Response, name: string) =>
      [status, text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}"|"2030[^"]*"/g, '*')]
        .join(' ')
        .replaceAll(/"instance":"[^"]*"/g, '')
        .replaceAll(name, 'NAME')
    for (const [member, name, free] of [
      ['externalId', 'secret-1', 'unused-1'],
      ['slug', 'secret-merger', 'unused-slug'],
    ] as const) {
      const [taken, absent] = [await create({ [member]: name }), await create({ [member]: free })]
      expect(normal(taken, name)).toBe(normal(absent, free))
      const { body } = await create({}, other).expect(201)
      const patch = (value: string) => other.patch(`/v1/articles/${body.id}`).send({ [member]: value })
      const after = [await patch(name), await patch(`${free}-2`)].map(({ status, body }) => [status, body.errors])
      expect(after[0]).toEqual(after[1])
    }
    const derived = await create({ headline: 'Secret merger' }).expect(201)
    expect(derived.body.slug).toBe(`secret-merger-${derived.body.id.slice(-8)}`)

    const wired = await create({ externalId: 'wire-of-mine' }, other).expect(201)
    await create({ externalId: 'wire-of-mine' }, other).expect(problem('conflict', { pointer: '/externalId' }))
    await create({ externalId: 'wire-of-mine' }).expect(201)
    // Those who may see both are told, at the latest when one is to be published.
    const refused = await editor.post(`/v1/articles/${wired.body.id}/publish`).expect(problem('conflict'))
    expect(refused.body.errors).toMatchObject([{ pointer: '/externalId' }])
    const at = { at: '2031-01-01T00:00:00Z' }
    await editor.post(`/v1/articles/${wired.body.id}/publish`).send(at).expect(problem('conflict'))
    await editor.patch(`/v1/articles/${hidden.body.id}`).send({ externalId: 'wire-of-mine' }).expect(409)
  })

  it('of a contributor gets its slug from an editor, or from its headline when it is published', async () => {
    const { contributor, editor, anyone } = room
    const write = async () => (await contributor.post('/v1/articles').send({ headline: 'Tides turn' }).expect(201)).body
    const [one, two, three] = [await write(), await write(), await write()]
    expect((await editor.post(`/v1/articles/${one.id}/publish`).expect(200)).body.slug).toBe('tides-turn')
    const at = { at: '2031-01-01T00:00:00Z' }
    expect((await editor.post(`/v1/articles/${two.id}/publish`).send(at).expect(200)).body.slug).toBe('tides-turn-2')
    await editor.patch(`/v1/articles/${three.id}`).send({ slug: 'third-tide' }).expect(200)
    expect((await editor.post(`/v1/articles/${three.id}/publish`).expect(200)).body.slug).toBe('third-tide')
    await anyone.get(`/v1/articles/${one.slug}`).expect(404)
    await anyone.get('/v1/articles/tides-turn').expect(200)
    const { body } = await contributor.patch(`/v1/articles/${three.id}`).send({ slug: 'third-tide', kicker: 'Same' })
    expect(body).toMatchObject({ slug: 'third-tide', kicker: 'Same' })
  })

  it('has related links that are answered like those that do not exist, one by one and in lists', async () => {
    const { contributor, editor, anyone } = room
    const relatedLinks = [{ url: 'https://x.example/1', title: 'Hidden' }]
    const { body } = await editor.post('/v1/articles').send({ headline: 'With links', relatedLinks }).expect(201)
    const link = `/v1/related-links/${body.relatedLinks[0].id}`
    const nowhere = `/v1/related-links/${NOWHERE}`
    for (const client of [anyone, all.reader, all.partner, contributor])
      for (const attempt of [
        (path: string) => client.get(`${path}?version=draft`),
        (path: string) => client.head(`${path}?version=draft`),
        (path: string) => client.patch(path).send({ title: 'X' }),
        (path: string) => client.delete(path),
      ])
        expect(shown(await attempt(link))).toEqual(shown(await attempt(nowhere)))
    const own = { headline: 'Own links', relatedLinks: [...relatedLinks, ...relatedLinks] }
    const mine = await contributor.post('/v1/articles').send(own).expect(201)
    await editor.post('/v1/articles').send({ headline: 'Newer', relatedLinks }).expect(201)
    const list = await contributor.get('/v1/related-links?version=draft&limit=2').expect(200)
    expect(list.body.data.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      mine.body.relatedLinks.map(({ id }: { id: string }) => id).toSorted(),
    )
    expect(list.body.page.next).toBeNull()
  })

  it('does not show through a link to what was live once', async () => {
    const { contributor, editor } = room
    const target = await editor.post('/v1/articles?publish=true').send({ headline: 'Was live' }).expect(201)
    const { body } = await contributor
      .post('/v1/articles')
      .send({ headline: 'Links on', relatedLinks: [{ article: target.body.id }] })
      .expect(201)
    await editor.post(`/v1/articles/${target.body.id}/unpublish`).expect(200)
    await editor.patch(`/v1/articles/${target.body.id}`).send({ headline: 'Now secret', summary: 'Secret' }).expect(200)
    const { text } = await contributor.get(`/v1/articles/${body.id}?version=draft`).expect(200)
    expect(text).not.toMatch(/secret/i)
  })
})

describe("an author's e-mail", () => {
  const paths = ['/v1/authors', '/v1/authors/ana-moreau', '/v1/articles', '/v1/articles/bridge-reopens']
  const more = ['?fields=authors', '?include=citations', '?body=html']

  it('is in no reply to anyone but editors, and no reply reveals whether a guess is right', async () => {
    const urls = [
      ...paths,
      ...more.flatMap((query) => (query === '?body=html' ? [`${paths[3]}${query}`] : [`${paths[2]}${query}`])),
    ]
    for (const role of ['anonymous', 'reader', 'partner', 'contributor'] as const)
      for (const url of urls) {
        const { text } = await all[role].get(url).expect(200)
        expect(text).toContain('Ana Moreau')
        expect(text).not.toContain('email')
        expect(text).not.toContain(EMAIL)
      }
    const draft = { headline: 'By Ana', authors: ['ana-moreau'] }
    const { text } = await room.contributor.post('/v1/articles').send(draft).expect(201)
    expect(text).not.toContain(EMAIL)
    for (const client of [room.editor, room.admin]) {
      expect((await client.get(paths[1] ?? '').expect(200)).body.email).toBe(EMAIL)
      expect((await client.get(paths[3] ?? '').expect(200)).text).not.toContain(EMAIL)
    }
    for (const address of [EMAIL, 'wrong@example.org'])
      for (const query of [
        `email=${address}`,
        `author.email=${address}`,
        `where[email]=${address}`,
        'sort=email',
        'fields=email',
      ])
        for (const list of ['authors', 'articles']) await room.editor.get(`/v1/${list}?${query}`).expect(400)
  })

  it('changes no article when it changes', async () => {
    const { anyone, editor, clock } = room
    const urls = ['/v1/articles', '/v1/articles/bridge-reopens', '/v1/articles?fields=authors,updatedAt']
    const snapshot = async () => {
      const replies = await Promise.all(
        urls.map((url) => anyone.get(url).set('accept-encoding', 'identity').expect(200)),
      )
      return replies.map(({ text, headers }) => [text, headers.etag, headers['last-modified']])
    }
    const before = await snapshot()
    clock.tick()
    await editor.patch('/v1/authors/ana-moreau').send({ email: 'other@example.org' }).expect(200)
    expect(await snapshot()).toEqual(before)
    await editor.patch('/v1/authors/ana-moreau').send({ email: EMAIL }).expect(200)
  })
})
