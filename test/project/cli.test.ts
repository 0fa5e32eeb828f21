import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, get, request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { Webhook } from 'standardwebhooks'
import { runCommandLine } from '../../src/cli/program.ts'
import { type CommandLine, commandLine } from '../harness/command-line.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

let commands: CommandLine
let folder: string

beforeAll(() => {
  commands = commandLine()
  folder = commands.folder
})
afterAll(() => commands.remove())

const start = (...wanted: Parameters<CommandLine['start']>) => commands.start(...wanted)
const run = (args: string[], environment: Record<string, string> = {}) => start(args, environment).ended

/** A port of this machine at which somebody listens and says nothing. */
async function taken() {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: String((server.address() as AddressInfo).port), close: () => server.close() }
}

/** The result of a command line that runs in this process. */
async function runHere(args: string[], env: Record<string, string> = {}) {
  let [out, err] = ['', '']
  const code = await runCommandLine(args, {
    env,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
  })
  return { code, out, err }
}

describe('what cannot be done is said in a line, and ends with 1', () => {
  const url = 'DATABASE_URL must be a path, sqlite: and a path, or postgres://…;'

  it.each<[string, Record<string, string>, string]>([
    ['serve', { DATABASE_URL: 'mysql://x/y' }, `${url} mysql: is none of them`],
    [
      'serve',
      { SITE_TAG_PATH: '/tags', SITE_LANGUAGE: 'english?', SITE_LOGO: '/logo.png' },
      'SITE_LANGUAGE must be a BCP 47 language tag (it is "english?")\ndateline: SITE_LOGO must be an http or https address (it is "/logo.png")\ndateline: SITE_TAG_PATH must be a path with {slug} in it, such as /tags/{slug}, or none (it is "/tags")',
    ],
    [
      'migrate',
      { DATELINE_ADMIN_KEY: 'secret', REQUIRE_IF_MATCH: 'yes' },
      'DATELINE_ADMIN_KEY must have at least 32 characters, all of them ASCII and none a space\ndateline: REQUIRE_IF_MATCH must be true or false (it is "yes")',
    ],
    ['frobnicate', {}, "unknown command 'frobnicate'"],
    ['migrat', {}, "unknown command 'migrat' (Did you mean migrate?)"],
    ['serve now', {}, "too many arguments for 'serve'. Expected 0 arguments but got 1."],
    ['verify-webhook body.json', {}, "required option '--id <id>' not specified"],
    [
      'verify-webhook --id 1 --timestamp 1 --signature v1,x --tolerance -1',
      {},
      "option '--tolerance <seconds>' argument '-1' is invalid. It is a number of seconds.",
    ],
    [
      'verify-webhook --id 1 --timestamp 1 --signature v1,x',
      {},
      'put the secret (whsec_…) into the environment variable WEBHOOK_SECRET',
    ],
    ['keys frob', {}, "unknown command 'frob'"],
    ['keys create', {}, "required option '--role <role>' not specified"],
    [
      'keys create --role king',
      {},
      "option '--role <role>' argument 'king' is invalid. It is one of reader, partner, contributor, editor, admin.",
    ],
    [
      'keys create --role admin --name=',
      {},
      "option '--name <name>' argument '' is invalid. It is a line of 1 to 200 characters.",
    ],
    [
      'keys create --role admin --expires 2020-01-01T00:00:00Z',
      {},
      "option '--expires <time>' argument '2020-01-01T00:00:00Z' is invalid. It is in the past.",
    ],
    [
      'keys create --role admin --expires soon',
      {},
      "option '--expires <time>' argument 'soon' is invalid. It is a time such as 2030-01-31T12:00:00Z.",
    ],
  ])('%s %j', async (args, environment, message) => {
    expect(await runHere(args.split(' '), environment)).toEqual({ code: 1, out: '', err: `dateline: ${message}\n` })
  })

  it('a command line, a file and a PostgreSQL server that are not there', async () => {
    const said = (text: string) => ({ code: 1, out: '', err: `dateline: ${text}\n` })
    const [mistyped, noFile, absent] = await Promise.all([
      run(['migrat']),
      run(['verify-webhook', 'nothing.json', '--id', '1', '--timestamp', '1', '--signature', 'v1,x'], {
        WEBHOOK_SECRET: 'whsec_x',
      }),
      run(['migrate'], { DATABASE_URL: 'postgres://127.0.0.1:1/x', DATABASE_WAIT: '0' }),
    ])
    expect(mistyped).toEqual(said("unknown command 'migrat' (Did you mean migrate?)"))
    expect(noFile).toEqual(said("ENOENT: no such file or directory, open 'nothing.json'"))
    expect(absent).toEqual(said('the PostgreSQL database cannot be opened: connect ECONNREFUSED 127.0.0.1:1'))
    expect(readdirSync(folder)).toEqual([])
  })

  it('serve, where it cannot listen', async () => {
    const { port, close } = await taken()
    const at = (HOST: string, PORT = port, ...workers: string[]) =>
      run(['serve', ...workers], { HOST, PORT, DATABASE_URL: 'taken.db' })
    const said = (what: string) => ({ code: 1, out: '', err: `dateline: the service cannot listen at ${what}\n` })
    const results = await Promise.all([
      at('127.0.0.1'),
      at('127.0.0.1', port, '--workers', '2'),
      at('8.8.8.8'),
      at('8.8.8.8', '0'),
    ])
    expect(results).toEqual([
      said(`127.0.0.1:${port}: the port is taken`),
      said(`127.0.0.1:${port}: the port is taken`),
      said(`8.8.8.8:${port}: this machine has no such address`),
      said('8.8.8.8: this machine has no such address'),
    ])
    close()
  })

  it('a PostgreSQL server that does not answer', async () => {
    const { port, close } = await taken()
    const result = await run(['serve'], { DATABASE_URL: `postgres://127.0.0.1:${port}/x`, DATABASE_WAIT: '0' })
    close()
    const err = 'dateline: the PostgreSQL database cannot be opened: timeout expired\n'
    expect(result).toEqual({ code: 1, out: '', err })
  })
})

describe('the commands', () => {
  it('make, list and revoke keys', async () => {
    const environment = { DATABASE_URL: 'sqlite:new/folder/keys.db' }
    const here = { DATABASE_URL: join(folder, 'new/folder/keys.db') }
    const made = await run(['keys', 'create', '--role', 'editor', '--name', ' Night desk '], environment)
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^dl_[0-9a-f]{32}_[\w-]{43}\n$/), err: '' })
    await runHere(['keys', 'create', '--role', 'reader', '--expires', '2999-01-01T01:00:00+01:00'], here)
    const { out: list } = await runHere(['keys', 'list'], here)
    expect(list.split('\n')).toEqual([
      expect.stringMatching(
        /^[0-9a-f-]{36} {2}reader {7}Unnamed {2}made .{24} {2}never used {2}expires 2999-01-01T00:00:00.000Z$/,
      ),
      expect.stringMatching(/^[0-9a-f-]{36} {2}editor {7}Night desk {2}made .{24} {2}never used$/),
      '',
    ])
    const [id = ''] = list.split(' ')
    expect(await runHere(['keys', 'revoke', id], here)).toMatchObject({
      code: 0,
      out: `The key ${id} is revoked.\n`,
    })
    expect(await runHere(['keys', 'revoke', id], here)).toMatchObject({
      code: 1,
      err: `dateline: there is no key ${id}\n`,
    })

    const database = new Database(join(folder, 'new/folder/keys.db'), { readonly: true })
    const record = database.prepare('select action, actor, target from audit_log order by id').raw().all()
    database.close()
    expect(record).toEqual([
      ['key.create', 'command line', expect.any(String)],
      ['key.create', 'command line', id],
      ['key.revoke', 'command line', id],
    ])

    const { child, ended } = start(['keys', 'list'], environment)
    child.stdout.destroy()
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  it('fill an empty database with a sample, and no other', async () => {
    const environment = { DATABASE_URL: join(folder, 'sample.db') }
    const first = await run(['sample'], environment)
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+ sections\n(.+\n)*\d+ articles\n$/),
      err: '',
    })
    const second = await runHere(['sample'], environment)
    const has = first.out.trim().replaceAll('\n', ', ')
    expect(second).toMatchObject({
      code: 1,
      out: '',
      err: `dateline: the sample is for an empty database; this one has ${has}, and nothing was done\n`,
    })
  })

  it('check whether a message of a webhook is genuine', async () => {
    const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`
    const body = '{ "type": "article.published", "é": 1 }\n'
    const now = new Date()
    const signature = new Webhook(secret).sign('msg-1', now, body)
    const other = new Webhook(`whsec_${Buffer.alloc(32, 'o').toString('base64')}`).sign('msg-1', now, body)
    writeFileSync(join(folder, 'body.json'), body)
    writeFileSync(join(folder, 'trimmed.json'), body.trim())
    const argumentsOf = (changed: Record<string, string> = {}) =>
      Object.entries({ id: 'msg-1', timestamp: seconds(now), signature, ...changed }).flatMap(([name, value]) => [
        `--${name}`,
        value,
      ])
    const verify = (changed: Record<string, string> = {}, name = 'body.json') =>
      runHere(['verify-webhook', join(folder, name), ...argumentsOf(changed)], { WEBHOOK_SECRET: secret })
    const verifyInput = (input: string) => {
      const { child, ended } = start(['verify-webhook', ...argumentsOf()], { WEBHOOK_SECRET: secret })
      child.stdin.end(input)
      return ended
    }
    const seconds = (at: Date) => String(Math.floor(at.getTime() / 1_000))
    const valid = { code: 0, out: 'valid\n', err: '' }
    expect(await verify()).toEqual(valid)
    expect(await verifyInput(body)).toEqual(valid)
    expect(await verify({ signature: `${other} v1a,xyz ${signature}` })).toEqual(valid)
    const no = 'no signature fits: the body, webhook-id or webhook-timestamp was changed, or the secret is another'
    const invalid = (why: string) => ({ code: 1, out: '', err: `dateline: not valid: ${why}\n` })
    expect(await verify({}, 'trimmed.json')).toEqual(invalid(no))
    expect(await verify({ signature: other })).toEqual(invalid(no))
    expect(await verify({ id: 'msg-2' })).toEqual(invalid(no))
    expect(await verify({ signature: 'v2,x' })).toEqual(invalid('webhook-signature has no signature of the version v1'))
    expect(await verify({ timestamp: 'now' })).toEqual(invalid('webhook-timestamp is not a number of seconds'))
    const old = new Date(now.getTime() - 3_600_000)
    const replayed = { timestamp: seconds(old), signature: new Webhook(secret).sign('msg-1', old, body) }
    expect((await verify(replayed)).err).toMatch(/^dateline: not valid: the signature fits, but the message is 36\d\d /)
    expect(await verify({ ...replayed, tolerance: '0' })).toEqual(valid)
  })

  it('write the OpenAPI document, and the version', async () => {
    const document = await runHere(['openapi'])
    expect(document).toMatchObject({ code: 0, err: '' })
    expect(document.out === readFileSync(join(root, 'openapi/openapi.json'), 'utf8')).toBe(true)
    expect(await run(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' })
  })
})

describe('the service', () => {
  const environment = { DATABASE_URL: 'service.db', HOST: '127.0.0.1', PORT: '0' }

  it('shows a first admin key, shares its file, and ends without breaking off', async () => {
    await runHere(['keys', 'create', '--role', 'editor'], { DATABASE_URL: join(folder, 'service.db') })
    const one = start([], environment)
    const out = await one.said('Dateline serves')
    const [, token = ''] = /^ {2}(dl_\w+[\w-]+)$/m.exec(out) ?? []
    const port = Number(/:(\d+) \(the docs/.exec(out)?.[1])
    const authorization = `Bearer ${token}`

    const other = start(['serve'], { ...environment, METRICS_PORT: '0' })
    const otherOut = await other.said('Dateline serves')
    expect(otherOut).not.toContain('dl_')
    const [metricsUrl = ''] = /http:\/\/localhost:\d+\/metrics/.exec(otherOut) ?? []
    expect(await (await fetch(metricsUrl)).text()).toContain('dateline_last_change')
    const otherPort = Number(/:(\d+) \(the docs/.exec(otherOut)?.[1])
    for (const [to, name] of [
      [port, 'Here'],
      [otherPort, 'There'],
    ] as const) {
      const reply = await fetch(`http://127.0.0.1:${to}/v1/tags`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      })
      expect(reply.status).toBe(201)
    }
    for (const to of [port, otherPort]) {
      const { data } = (await (await fetch(`http://127.0.0.1:${to}/v1/tags`)).json()) as { data: { slug: string }[] }
      expect(data.map(({ slug }) => slug).toSorted()).toEqual(['here', 'there'])
    }
    other.child.kill('SIGTERM')
    expect(await other.ended).toMatchObject({ code: 0, err: '' })

    // A connection that has asked nothing, one that is kept alive, and a request whose body is still to come.
    const silent = connect(port, '127.0.0.1').on('error', () => {})
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ready = () =>
      new Promise((resolve, reject) => {
        get({ agent, port, host: '127.0.0.1', path: '/readyz' }, (reply) => {
          reply.resume().on('end', () => resolve(reply.statusCode))
        }).on('error', reject)
      })
    expect(await ready()).toBe(200)
    const body = JSON.stringify({ name: 'Late' })
    const late = connect(port, '127.0.0.1').setEncoding('utf8')
    let reply = ''
    late.on('data', (text) => {
      reply += text
    })
    late.write(
      `POST /v1/tags HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    )
    await new Promise((resolve) => late.once('data', resolve))
    expect(reply).toMatch(/^HTTP\/1.1 100 /)
    one.child.kill('SIGTERM')
    while ((await ready()) === 200);
    late.write(body)
    await new Promise((resolve) => late.once('close', resolve))
    expect(reply).toContain('HTTP/1.1 201 ')
    expect(await one.ended).toMatchObject({ code: 0, err: '' })
    silent.destroy()
    agent.destroy()
  })

  it('cuts no request off when it is told to stop under load, and says before that it is not ready', async () => {
    const key = 'a-key-for-a-stop-under-load-0123456789'
    const { child, said, ended } = start(['serve'], { ...environment, DATELINE_ADMIN_KEY: key, DRAIN_SECONDS: '1' })
    const port = Number(/:(\d+) \(the docs/.exec(await said('Dateline serves'))?.[1])
    const failures: string[] = []
    const statuses = { ready: new Set<number>(), other: new Set<number>() }
    let answered = 0

    /** Sends requests one after the other until nobody listens any more. */
    async function client(path: string, isKept: boolean, body?: string) {
      const agent = new Agent({ keepAlive: isKept, maxSockets: 1 })
      const headers = body === undefined ? {} : { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const send = () =>
        new Promise<string>((resolve) => {
          const sent = request({ agent, port, host: '127.0.0.1', path, headers, method: body ? 'POST' : 'GET' })
          sent.on('response', (reply) => {
            statuses[path === '/readyz' ? 'ready' : 'other'].add(reply.statusCode ?? 0)
            reply
              .resume()
              .on('error', () => resolve('cut'))
              .on('end', () => resolve(''))
          })
          sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
          sent.end(body)
        })
      for (let error = ''; error !== 'ECONNREFUSED'; error = await send()) {
        if (error !== '') failures.push(`${path} ${error}`)
        answered += 1
        if (answered === 300) child.kill('SIGTERM')
      }
      agent.destroy()
    }

    const paths = ['/v1/articles', '/readyz', '/v1/tags', '/livez']
    const reading = [false, true].flatMap((isKept) =>
      paths.flatMap((path) => [client(path, isKept), client(path, isKept)]),
    )
    const writing = [false, true].map((isKept) => client('/v1/articles', isKept, '{"headline":"Said while stopping"}'))
    await Promise.all([...reading, ...writing])
    expect(failures).toEqual([])
    expect([...statuses.ready].sort()).toEqual([200, 503])
    expect([...statuses.other].sort()).toEqual([200, 201])
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  it('serves by several processes, of which another takes over when one ends', async () => {
    const key = 'a-key-for-several-processes-0123456789'
    const settings = { DATABASE_URL: 'workers.db', DATELINE_ADMIN_KEY: key, METRICS_PORT: '0', LOG_LEVEL: 'info' }
    const { child, said, ended } = start(['serve', '--workers', '2'], { ...environment, ...settings })
    const out = await said('Dateline serves')
    const port = Number(/:(\d+) \(the docs/.exec(out)?.[1])
    const [metricsUrl = ''] = /http:\/\/localhost:\d+\/metrics/.exec(out) ?? []

    /** Sends a request on a connection of its own, which any worker may get. */
    const send = (method: string, path: string, body?: object) =>
      new Promise<{ status: number; worker: string; body: Record<string, unknown> }>((resolve, reject) => {
        const headers = body ? { authorization: `Bearer ${key}`, 'content-type': 'application/json' } : {}
        const sent = request({ agent: false, port, host: '127.0.0.1', method, path, headers }, (reply) => {
          let text = ''
          reply.on('data', (bytes) => {
            text += bytes
          })
          const worker = String(reply.headers['x-request-id']).slice(0, 12)
          reply.on('end', () => resolve({ status: reply.statusCode ?? 0, worker, body: JSON.parse(text) }))
        })
        sent.on('error', reject).end(body && JSON.stringify(body))
      })

    // Whatever one worker has answered, the next reply of any is not older.
    const workers = new Set<string>()
    const { body: article } = await send('POST', '/v1/articles?publish=true', { headline: 'Count 0' })
    for (let count = 1; count <= 20; count++) {
      const written = await send('PATCH', `/v1/articles/${article.id}?publish=true`, { headline: `Count ${count}` })
      expect(written.status).toBe(200)
      for (let read = 0; read < 3; read++) {
        const { worker, body } = await send('GET', `/v1/articles/${article.id}`)
        workers.add(worker)
        expect(body.headline).toBe(`Count ${count}`)
      }
    }
    expect(workers.size).toBe(2)
    const metrics = await (await fetch(metricsUrl)).text()
    expect(metrics).toContain('{route="/v1/articles/:article",method="GET",status="200"} 60')
    expect(metrics).toContain('dateline_last_change 21')

    // The first does the background work.
    const pidOf = (text: string) => Number(/"pid":(\d+)/.exec(text)?.[1])
    const isNoticed = said('A worker has ended')
    process.kill(pidOf(out), 'SIGKILL')
    // A connection that is being handed over to it would be lost.
    await isNoticed
    const at = new Date(Date.now() + 500).toISOString()
    const { body: later } = await send('POST', '/v1/articles', { headline: 'Later' })
    expect((await send('POST', `/v1/articles/${later.id}/publish`, { at })).status).toBe(200)
    while ((await send('GET', '/v1/articles/later')).status !== 200);

    // The metrics are there while the worker in its place starts, too.
    const scrapes = new Set<number>()
    while (workers.size < 3) {
      scrapes.add((await fetch(metricsUrl)).status)
      workers.add((await send('GET', '/livez')).worker)
    }
    expect([...scrapes]).toEqual([200])
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  it('replaces a worker that is killed while it starts, also when no other is left', async () => {
    const settings = { ...environment, DATABASE_URL: 'killed.db', LOG_LEVEL: 'info' }
    const { child, said, ended } = start(['serve', '--workers', '2'], settings)
    const out = await said('Dateline serves')
    const children = () =>
      readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    const first = children()
    for (const pid of first) process.kill(pid, 'SIGKILL')
    const next = () => children().filter((pid) => !first.includes(pid))
    while (next().length === 0) await pause(10)
    for (const pid of next()) process.kill(pid, 'SIGKILL')
    const [, url = ''] = /(http:\/\/\S+:\d+) \(the docs/.exec(out) ?? []
    const isReady = () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    while (child.exitCode === null && !(await isReady())) await pause(10)
    expect(child.exitCode).toBeNull()
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })

  it('goes on without its log when nobody reads it, or the disk under it is full', async () => {
    const settings = { ...environment, LOG_LEVEL: 'debug' }
    const { child, said } = start(['serve'], settings)
    const port = Number(/:(\d+) \(the docs/.exec(await said('Dateline serves'))?.[1])
    const out = child.stdout.pause()
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    // More lines than the pipe and the buffer hold.
    const long = 'x'.repeat(10_000)
    for (let count = 0; count < 250; count++) expect(await get(`/v1/${long}`)).toBe(404)
    const dropping = new Promise<number>((resolve) => {
      let text = ''
      out.on('data', (bytes) => {
        text += bytes
        const [, dropped] = /"dropped":(\d+),"msg":"lines of the log were dropped"\}\n/.exec(text) ?? []
        if (dropped) resolve(Number(dropped))
      })
    })
    out.resume()
    expect(await dropping).toBeGreaterThan(10)
    child.kill('SIGKILL')

    const full = openSync('/dev/full', 'w')
    const muted = start(['serve'], { ...settings, PORT: String(port) }, full)
    const answered = () => get('/livez').catch(() => 0)
    while ((await answered()) !== 200);
    for (let count = 0; count < 20; count++) expect(await get('/nothing')).toBe(404)
    muted.child.kill('SIGTERM')
    expect(await muted.ended).toMatchObject({ code: 0, err: '' })
    closeSync(full)
  })
})
