import { readdirSync, readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { guides } from '../../src/http/docs/guides.ts'
import { withoutPrefills } from '../../src/http/docs/reference.ts'
import { problems } from '../../src/lib/problem.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'
import { problem } from '../harness/problem.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})
afterAll(() => room.close())

const textOf = async (path: string) => (await room.anyone.get(path).expect(200)).text
/** The addresses in the attributes of an HTML text. */
const linksIn = (html: string) => [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)

describe('/docs', () => {
  it('is a page for phones too, with nothing before its doctype', async () => {
    const html = await textOf('/docs')
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en">/)
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">')
    expect(html).toContain('<title>Dateline API</title>')
    expect(html).toContain('<a href="/docs/guides/body-formats">Body formats</a>')
    await room.anyone.get('/docs/').expect(308).expect('location', '/docs')
  })

  it('loads nothing from elsewhere, and all that it names is there', async () => {
    const { text, headers } = await room.anyone.get('/docs').expect(200)
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /)
    expect(headers['content-security-policy']).not.toMatch(/https?:/)
    const addresses = linksIn(text).filter((address) => !/^(#|data:)/.test(address))
    expect(addresses).toContain('/docs/swagger-ui-bundle.js')
    expect(addresses).toContain('/docs/guides/concepts')
    for (const address of addresses) {
      expect(address).toMatch(/^\/(docs|openapi\.json)/)
      await room.anyone.get(address).expect(200)
    }
  })

  it.each([
    '/docs',
    '/docs/docs.css',
    '/docs/swagger-ui-bundle.js',
    '/docs/openapi.json',
    '/docs/guides/concepts',
    '/docs/guides/follower.js',
    '/openapi.json',
    '/problems',
  ])('sends %s compressed to who takes that, and as it is to others', async (path) => {
    const ask = async (accepted: string) => {
      const { headers, body } = await request(`${room.url}${path}`, { headers: { 'accept-encoding': accepted } })
      return { headers, bytes: Buffer.from(await body.arrayBuffer()) }
    }
    const plain = await ask('identity')
    expect(plain.headers).not.toHaveProperty('content-encoding')
    for (const [accepted, coding, decode] of [
      ['gzip, br', 'br', brotliDecompressSync],
      ['br;q=0, gzip', 'gzip', gunzipSync],
    ] as const) {
      const { headers, bytes } = await ask(accepted)
      expect(headers).toMatchObject({
        ...plain.headers,
        'x-request-id': expect.anything(),
        date: expect.anything(),
        'content-length': String(bytes.length),
        'content-encoding': coding,
        etag: String(plain.headers.etag).replace(/"$/, `-${coding}"`),
        vary: expect.stringContaining('Accept-Encoding'),
      })
      expect(bytes.length).toBeLessThan(plain.bytes.length / 1.5)
      expect(decode(bytes).equals(plain.bytes)).toBe(true)
    }
  })

  it('keeps the key over a reload, and asks nobody whether the document is valid', async () => {
    const script = await textOf('/docs/start.js')
    expect(script).toContain('persistAuthorization: true')
    expect(script).toContain('validatorUrl: null')
    expect(script).toContain("url: '/docs/openapi.json'")
  })

  it('fills in nothing that may be left out', async () => {
    const { paths } = (await room.anyone.get('/docs/openapi.json').expect(200)).body
    const { paths: whole } = (await room.anyone.get('/openapi.json').expect(200)).body
    expect(Object.keys(paths)).toEqual(Object.keys(whole))
    const optional = paths['/v1/articles'].get.parameters.filter((one: { required: boolean }) => !one.required)
    expect(optional.length).toBeGreaterThan(10)
    for (const one of optional) {
      expect(one).not.toHaveProperty('example')
      for (const name of ['$ref', 'example', 'examples', 'default']) expect(one.schema).not.toHaveProperty(name)
    }
  })

  it('offers an empty body where one may be left out, and keeps the other examples', () => {
    const json = (required: boolean) => ({
      requestBody: { required, content: { 'application/json': { example: { at: '2030-01-31T06:00:00Z' } } } },
      parameters: [{ in: 'path', name: 'article', required: true, example: 'a-slug', schema: { type: 'string' } }],
    })
    const document = { components: { schemas: {} }, paths: { '/a': { post: json(false) }, '/b': { post: json(true) } } }
    const given = structuredClone(document)
    const { '/a': optional, '/b': required } = withoutPrefills(document).paths as typeof document.paths
    expect(optional.post.requestBody.content['application/json'].example).toEqual({})
    expect(optional.post.parameters).toEqual(given.paths['/a'].post.parameters)
    expect(required).toEqual(given.paths['/b'])
    expect(document).toEqual(given)
  })
})

describe('the guides', () => {
  const folder = readdirSync(new URL('../../docs/', import.meta.url))

  it('are all of the pages in docs', () => {
    const pages = folder.filter((name) => name.endsWith('.md')).map((name) => name.replace('.md', ''))
    expect(guides.toSorted()).toEqual(pages.toSorted())
  })

  it('are all in the table of the README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const rows = [...readme.matchAll(/^\| \[docs\/([\w-]+)\.md\]\(docs\/\1\.md\) /gm)].map(([, name]) => name)
    expect(rows.toSorted()).toEqual(guides.toSorted())
  })

  it('list every type of problem with its status', () => {
    const contract = readFileSync(new URL('../../docs/contract.md', import.meta.url), 'utf8')
    const rows = [...contract.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\|/gm)]
    const listed = Object.fromEntries(rows.map(([, type, status]) => [type, Number(status)]))
    expect(listed).toEqual(Object.fromEntries(Object.entries(problems).map(([type, [status]]) => [type, status])))
  })

  it('lead to one another: each link and each anchor is there', async () => {
    const pages = new Map<string, string>()
    for (const name of guides) pages.set(`/docs/guides/${name}`, await textOf(`/docs/guides/${name}`))
    const dead: string[] = []
    for (const [path, html] of pages) {
      expect(html).toMatch(/^<!DOCTYPE html>[\s\S]*<title>[^<]+ – Dateline<\/title>[\s\S]*<h1 id=/)
      for (const link of linksIn(html)) {
        if (/^(https?:|data:)/.test(link)) continue
        const [address = '', anchor] = link.split('#')
        const target = address === '' ? path : address
        const { status, text } = pages.has(target)
          ? { status: 200, text: pages.get(target) }
          : await room.anyone.get(target)
        if (status !== 200 || (anchor && !text?.includes(`id="${anchor}"`))) dead.push(`${path}: ${link}`)
      }
    }
    expect(dead).toEqual([])
  })

  it('are no way to other files', async () => {
    for (const name of ['nothing', '..%2FREADME', '..%2Fpackage.json', 'concepts.md', '.env'])
      await room.anyone.get(`/docs/guides/${name}`).expect(problem('not-found'))
    expect((await room.anyone.get('/docs/guides/follower.js').expect(200)).headers['content-type']).toMatch(
      /^text\/javascript/,
    )
  })
})
