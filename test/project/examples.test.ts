/** The commands in the documentation: sent as they stand, they do what it says. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Newsroom, newsroom } from '../harness/newsroom.ts'

interface Call {
  method: 'get' | 'post' | 'patch'
  url: string
  headers: Record<string, string>
  body: string | undefined
}

interface Reply {
  call: string
  status: number
  body: Record<string, unknown>
}

/** What `curl` would be called with; a shell reads the commands. */
function callsIn(script: string, env: Record<string, string>): Call[] {
  const curl = `curl() { printf '%s\\0' "$@"; printf '\\n\\0'; }`
  const { status, stdout, stderr } = spawnSync('bash', ['-eu', '-c', `${curl}\n${script}`], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${stderr}\n${script}`)
  const lists = stdout.split('\n\0').filter((text) => text !== '')
  return lists.map((text) => callOf(text.split('\0').slice(0, -1)))
}

function callOf(words: string[]): Call {
  const call: Call = { method: 'get', url: '', headers: {}, body: undefined }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-H') {
      const [name = '', value = ''] = (words.shift() ?? '').split(/: (.*)/s)
      call.headers[name] = value
    } else if (word === '-X') call.method = (words.shift() ?? '').toLowerCase() as Call['method']
    else if (word === '--json') {
      call.body = words.shift()
      if (call.method === 'get') call.method = 'post'
    } else if (!word.startsWith('-')) call.url = word
    else if (!['-s', '-g'].includes(word)) throw new Error(`the option ${word} is not known here`)
  }
  return call
}

let room: Newsroom
/** Keys by the names of variables, as the pages ask to set them. */
const env: Record<string, string> = {}
beforeEach(async () => {
  room = await newsroom()
  const tokenOf = async (role: 'contributor' | 'editor' | 'admin') => (await room.newKey(role)).token
  Object.assign(env, {
    PATH: process.env.PATH,
    API: 'http://localhost:3000/v1',
    AUTH: `Authorization: Bearer ${await tokenOf('admin')}`,
    WRITER: `Authorization: Bearer ${await tokenOf('contributor')}`,
    EDITOR: `Authorization: Bearer ${await tokenOf('editor')}`,
  })
})
afterEach(() => room.close())

async function send({ method, url, headers, body }: Call): Promise<Reply> {
  const path = url.replace(/^http:\/\/localhost:\d+/, '')
  const request = room.anyone[method](path).set(headers)
  const { status, body: reply } = await (body === undefined
    ? request
    : request.set('content-type', 'application/json').send(body))
  return { call: `${method} ${path}`, status, body: reply }
}

/** Sends the commands of a page one after the other; `<the id>` is that of the last article. */
async function run(page: string): Promise<Reply[]> {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)]
    .map(([, block = '']) => block)
    // Those that begin elsewhere than with a request, or need a reply in a variable.
    .filter((block) => /^(curl -s|export (API|ARTICLE))/.test(block) && !block.includes('$('))
  const replies: Reply[] = []
  let before = ''
  for (const block of blocks) {
    const id = replies.findLast(({ body }) => 'headline' in body)?.body.id
    const script = block.replace('<the id>', String(id)).replace(/^export (AUTH|KEY|WRITER|EDITOR)=.*$/gm, '')
    for (const call of callsIn(before + script, env)) replies.push(await send(call))
    before += script.match(/^export .*\n/gm)?.join('') ?? ''
  }
  return replies
}

const refused = (replies: Reply[]) =>
  replies.flatMap(({ call, status }) => (status >= 400 ? [`${call} ${status}`] : []))

it('the tour of the README, and what frontends send', async () => {
  const replies = await run('README.md')
  expect(replies.length).toBeGreaterThan(14)
  expect(refused(replies)).toEqual(['get /v1/articles/harbour-bridge-reopens 404'])
  const kickers = replies.filter(({ call }) => call.endsWith('fields=kicker,version')).map(({ body }) => body)
  expect(kickers).toEqual([
    { kicker: null, version: 1 },
    { kicker: 'Transport', version: 2 },
  ])
  room.clock.tick(3 * 3_600_000)
  for (const page of ['docs/reading.md', 'docs/feeds.md']) {
    const read = await run(page)
    expect([page, read.length > 0, refused(read)]).toEqual([page, true, []])
  }
})

it("the editor's day, and a body as a document", async () => {
  const replies = await run('docs/editing.md')
  const [first, ...others] = replies.filter(({ body }) => body.headline === 'Harbour bridge reopens')
  expect(first?.body).toMatchObject({ status: 'draft', version: 1 })
  expect(refused(replies)).toEqual([`get /v1/articles/${first?.body.id} 410`])
  const statuses = others.flatMap(({ call, body }) => (/\/(publish|unschedule)$/.test(call) ? [body.status] : []))
  expect(statuses).toEqual(['scheduled', 'draft', 'published', 'published'])
  const { retraction } = replies.findLast(({ status }) => status === 410)?.body ?? {}
  expect(retraction).toMatchObject({
    slug: 'harbour-bridge-reopens',
    reason: 'The dates were wrong.',
    replacement: { slug: 'what-happened-at-the-bridge' },
  })
  expect(refused(await run('docs/body-formats.md'))).toEqual([])
})
