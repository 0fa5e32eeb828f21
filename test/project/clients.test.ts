/** Clients as people generate them from the OpenAPI document: they compile, and what compiles works. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const clients = join(root, 'test/clients')

interface Calls {
  clientOf(baseUrl: string, key?: string): unknown
  publishDraft(api: unknown, headline: string): Promise<string>
  change(api: unknown, article: string, etag: string): Promise<number | undefined>
  read(api: unknown, article: string): Promise<object>
  find(api: unknown, section: string): Promise<object>
  follow(api: unknown): Promise<string[]>
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dateline-clients-'))
  const generate = (tool: string) =>
    run(process.execPath, [join(clients, 'generate.js'), tool, join(root, 'openapi/openapi.json'), folder], {
      cwd: root,
    })
  await Promise.all(['openapi-typescript', 'hey-api', 'orval'].map(generate))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Compiles strictly, as a frontend would; gives what the compiler says. */
async function compiled(files: string[]): Promise<string> {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    paths: { dateline: [join(folder, 'dateline.ts')], '*': [join(root, 'node_modules/*')] },
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]
  return run(process.execPath, tsc).then(
    () => '',
    ({ stdout }) => stdout,
  )
}

describe('a client', () => {
  let room: Newsroom
  beforeAll(async () => {
    room = await newsroom()
    await room.editor.post('/v1/authors').send({ name: 'Ana Moreau' }).expect(201)
    await room.editor.post('/v1/sources').send({ name: 'Harbour Office', kind: 'organization' }).expect(201)
  })
  afterAll(() => room.close())

  it('compiles strictly by each tool, and refuses what the service would refuse', async () => {
    const generated = ['dateline.ts', 'hey-api/index.ts', 'hey-api/zod.gen.ts', 'orval.ts']
    const written = ['calls.ts', 'refused.ts'].map((file) => join(clients, file))
    expect(await compiled([...generated.map((file) => join(folder, file)), ...written])).toBe('')
  })

  it('does what it compiles to: writes, publishes, reads, lists, searches, follows, changes', async () => {
    const { token } = await room.newKey('editor')
    // Compiled above, against the types that were generated: here it is only run.
    const { clientOf, publishDraft, change, read, find, follow }: Calls = await import(join(clients, 'calls.ts'))
    const [editor, anyone] = [clientOf(room.url, token), clientOf(room.url)]
    expect(await publishDraft(editor, 'Harbour bridge reopens')).toBe('harbour-bridge-reopens')
    expect(await read(anyone, 'harbour-bridge-reopens')).toEqual({
      etag: expect.stringMatching(/^"1-/),
      headline: 'Harbour bridge reopens',
      words: ['Harbour Office'],
      authors: ['Ana Moreau'],
      html: expect.stringContaining('<strong>reopened</strong>'),
    })
    await room.editor.post('/v1/sections').send({ name: 'News' }).expect(201)
    await room.editor.patch('/v1/articles/harbour-bridge-reopens?publish=true').send({ section: 'news' }).expect(200)
    expect(await find(editor, 'news')).toEqual({
      list: [{ slug: 'harbour-bridge-reopens', headline: 'Harbour bridge reopens' }],
      total: 1,
      drafts: 0,
      hits: ['Harbour <mark>bridge</mark> reopens'],
      years: [2030],
    })
    expect(await follow(editor)).toEqual(['Harbour bridge reopens'])
    expect(await change(editor, 'harbour-bridge-reopens', '"1"')).toBe(2)
    expect(await change(editor, 'harbour-bridge-reopens', '"2"')).toBe(3)
  })
})
