import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { depth } from '../harness/depth.ts'
import { ledgerSettings, newLedger, request, serveProcess } from '../harness/ledger.ts'
import { receiver, status } from '../harness/receiver.ts'

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
})
afterAll(() => commands.remove())

const at = (name: string) => join(commands.folder, name)
const using = (name: string, more: Record<string, string> = {}) => ({ ...ledgerSettings, DATABASE_URL: name, ...more })

it('while another process holds the write lock, writes are 503 after a while, and reads go on', async () => {
  const { url, child, ended } = await serveProcess(commands, using('locked.db'))
  const other = new Database(at('locked.db'))
  other.exec('begin immediate')
  const write = request(`${url}/v1/tags`, 'POST', { name: 'Locked out' })
  let isAnswered = false
  void write.finally(() => {
    isAnswered = true
  })
  const reads = new Set<number | undefined>()
  while (!isAnswered) {
    reads.add((await request(`${url}/v1/articles`))?.status)
    reads.add((await request(`${url}/readyz`))?.status)
    await pause(20)
  }
  expect(await write).toMatchObject({ status: 503, body: { type: '/problems/busy' } })
  expect((await write)?.headers.get('retry-after')).toBe('1')
  expect([...reads]).toEqual([200])
  other.exec('rollback')
  other.close()
  expect((await request(`${url}/v1/tags`, 'POST', { name: 'Locked out' }))?.status).toBe(201)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, err: '' })
})

it('of two processes over one file, each reads at once what the other has acknowledged', async () => {
  const [one, two] = [
    await serveProcess(commands, using('shared.db')),
    await serveProcess(commands, using('shared.db')),
  ]
  const { id } = (await request(`${one.url}/v1/articles?publish=true`, 'POST', { headline: 'Number 0' }))?.body ?? {}
  const stale: string[] = []
  for (let number = 1; number <= 50 * depth; number++) {
    const [writer, reader] = number % 2 === 0 ? [one, two] : [two, one]
    // Both have the former state in their caches.
    for (const { url } of [one, two]) await fetch(`${url}/v1/articles/${id}`)
    const headline = `Number ${number}`
    const saved = await request(`${writer.url}/v1/articles/${id}?publish=true`, 'PATCH', { headline })
    expect(saved?.status).toBe(200)
    for (const path of [`/v1/articles/${id}`, '/v1/articles?limit=1']) {
      const text = await (await fetch(reader.url + path)).text()
      if (!text.includes(`"${headline}"`)) stale.push(`${path} after ${headline}`)
    }
  }
  expect(stale).toEqual([])
  for (const { child, ended } of [one, two]) {
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  }
})

it('two processes over one file that are written to at once lose nothing, also when one is killed', async () => {
  const ledger = newLedger()
  const [one, two] = [await serveProcess(commands, using('both.db')), await serveProcess(commands, using('both.db'))]
  let isDone = false
  const onAcknowledged = () => {
    if (ledger.acknowledged.size === 60) one.child.kill('SIGKILL')
    if (ledger.acknowledged.size >= 120) isDone = true
  }
  await Promise.all([
    ...['a', 'b', 'c'].map((name) => ledger.write(one.url, name, { onAcknowledged })),
    ...['d', 'e', 'f'].map((name) => ledger.write(two.url, name, { onAcknowledged, isDone: () => isDone })),
  ])
  await one.ended
  two.child.kill('SIGTERM')
  expect(await two.ended).toMatchObject({ code: 0, err: '' })
  ledger.check(at('both.db'))
})

it('SIGTERM under load: what was acknowledged is stored, no reply is cut off, none is a fault', async () => {
  for (let round = 0; round < 2 * depth; round++) {
    const ledger = newLedger()
    const { url, child, ended } = await serveProcess(commands, using(`term${round}.db`))
    const statuses = new Set<number>()
    const read = async () => {
      for (;;) {
        const reply = await fetch(`${url}/v1/articles?limit=50`).catch(() => undefined)
        if (!reply) return
        statuses.add(reply.status)
        JSON.parse(await reply.text())
      }
    }
    const onAcknowledged = () => {
      if (ledger.acknowledged.size === 50) child.kill('SIGTERM')
    }
    const writers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    await Promise.all([
      ...writers.map((name) => ledger.write(url, name, { onAcknowledged, refusals: [503] })),
      ...[1, 2, 3, 4].map(read),
    ])
    expect(await ended).toMatchObject({ code: 0, err: '' })
    expect([...statuses].filter((code) => code !== 200 && code !== 503)).toEqual([])
    ledger.check(at(`term${round}.db`))
  }
})

it('receivers that hang, fail, break off or answer without end delay no other, and no request', async () => {
  const hanging = await receiver(() => {})
  const failing = await receiver(status(500))
  const breaking = await receiver((reply) => void reply.socket?.destroy())
  const endless = await receiver((reply) => {
    const more = () => {
      while (!reply.destroyed && reply.write(Buffer.alloc(65_536))) {}
    }
    reply.writeHead(200)
    reply.on('drain', more)
    more()
  })
  const good = await receiver()
  const all = [hanging, failing, breaking, endless, good]
  const hosts = all.map(({ url }) => new URL(url).host).join()
  const { url, child, ended } = await serveProcess(commands, using('hooks.db', { WEBHOOK_ALLOWED_HOSTS: hosts }))
  for (const hook of all)
    expect(
      (await request(`${url}/v1/webhooks`, 'POST', { url: hook.url, events: ['article.published'] }))?.status,
    ).toBe(201)
  const ledger = newLedger()
  let isDone = false
  const onAcknowledged = () => {
    if (ledger.acknowledged.size >= 40) isDone = true
  }
  await Promise.all(['a', 'b'].map((name) => ledger.write(url, name, { onAcknowledged, isDone: () => isDone })))
  await good.has(ledger.acknowledged.size)
  expect(new Set(good.received.map(({ data }) => data.article?.id))).toEqual(new Set(ledger.acknowledged.keys()))
  for (const hook of [hanging, failing, breaking, endless]) expect(hook.received.length).toBeGreaterThan(0)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, err: '' })
  await Promise.all(all.map((hook) => hook.close()))
})
