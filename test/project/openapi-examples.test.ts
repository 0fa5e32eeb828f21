/** Who reads the document executes its examples: on the sample newsroom, they are answered. */
import { sampleNewsroom } from '../../src/sample/newsroom.ts'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'

interface Parameter {
  name: string
  in: string
  required?: boolean
  example?: unknown
}
interface Operation {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { example: object }> }
}

let room: Newsroom
beforeAll(async () => {
  room = await newsroom({ SECRETS_KEY: 'a-key-for-secrets-that-is-long-enough' })
  const { sections, tags, authors, sources, articles } = sampleNewsroom
  for (const [path, entries] of Object.entries({ sections, tags, authors, sources }))
    for (const entry of entries) await room.editor.post(`/v1/${path}`).send(entry).expect(201)
  for (const { publish, ...article } of articles)
    await room.editor.post(`/v1/articles?publish=${publish}`).send(article).expect(201)
})
afterAll(() => room.close())

/** What the sample has by name. Of all else the examples are ids, which are different in each newsroom. */
const NAMED = ['article', 'author', 'source', 'section', 'tag', 'revision', 'q']

/** The operations whose examples name only what the sample has, each with the address of its example. */
const executable = () =>
  Object.entries(room.app.swagger().paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const required = (operation.parameters ?? []).filter((one) => one.required)
      if (required.some(({ name }) => !NAMED.includes(name))) return []
      const filled = required.reduce((url, { name, example }) => url.replace(`{${name}}`, String(example)), path)
      const query = required.filter((one) => one.in === 'query').map(({ name, example }) => `${name}=${example}`)
      return [{ ...operation, method, url: [filled, ...query].join('?') }]
    }),
  )

it('are answered where they read', async () => {
  const reads = executable().filter(({ method, operationId }) => method === 'get' && operationId !== 'streamChanges')
  const refused: unknown[] = []
  for (const { url } of reads) {
    const { status, body } = await room.admin.get(url)
    if (status !== 200) refused.push([url, body])
  }
  expect([refused, reads.length > 40]).toEqual([[], true])
})

it('are done where they create or update', async () => {
  // These need a file, a folder for it, a block to stand behind, or a host that has an address.
  const others = ['createMedia', 'createBackup', 'createBlock', 'createWebhook']
  const writes = executable().filter(
    (one) => /^(?:create|update)/.test(one.operationId) && !others.includes(one.operationId),
  )
  const refused: unknown[] = []
  for (const { method, url, requestBody } of writes) {
    const [content] = Object.values(requestBody?.content ?? {})
    const { status, body } = await room.admin[method as 'post'](url).send(content?.example)
    if (status >= 300) refused.push([url, body])
  }
  expect([refused, writes.length > 12]).toEqual([[], true])
})
