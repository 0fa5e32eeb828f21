import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type CommandLine, commandLine } from '../harness/command-line.ts'

/** Starting a process takes its time where many run at once. */
const TIMEOUT = 120_000
const KILLS = 3
const WRITERS = 8
/** How many writes are acknowledged before the process is killed in the midst of others. */
const ACKNOWLEDGED = 40
const KEY = 'a-key-of-the-ledger-0123456789-0123456789'
const environment = { DATABASE_URL: 'ledger.db', HOST: '127.0.0.1', PORT: '0', DATELINE_ADMIN_KEY: KEY }

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
}, TIMEOUT)
afterAll(() => commands.remove())

/** What was sent, and what was answered. Headlines name the writes. */
const ledger = { sent: new Set<string>(), acknowledged: new Map<string, string>(), refused: new Set<string>() }

async function serve() {
  const { child, said, ended } = commands.start(['serve'], environment)
  const [, url = ''] = /(http:\/\/\S+:\d+)/.exec(await said('Dateline serves')) ?? []
  return { url, child, ended }
}

/** What came back; undefined where nobody answers any more. */
const send = (url: string, input: object) =>
  fetch(`${url}/v1/articles?publish=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
    .then(async (reply) => ({ code: reply.status, ...((await reply.json()) as { id: string }) }))
    .catch(() => undefined)

/** Writes until nobody answers any more; every fifth of its articles has to be refused. */
async function write(url: string, name: string, onAcknowledged: () => void) {
  for (let number = 0; ; number++) {
    const headline = `Piece ${name}x${number}`
    const isWrong = number % 5 === 4
    const body = [{ type: 'paragraph', text: `Said of piece${name}x${number}` }]
    ledger.sent.add(headline)
    if (isWrong) ledger.refused.add(headline)
    const reply = await send(url, { headline, body, ...(isWrong && { section: 'nowhere' }) })
    if (!reply) return
    expect(reply.code).toBe(isWrong ? 422 : 201)
    if (isWrong) continue
    ledger.acknowledged.set(reply.id, headline)
    onAcknowledged()
  }
}

async function killedWhileWriting(round: number) {
  const { url, child, ended } = await serve()
  let left = ACKNOWLEDGED
  const onAcknowledged = () => {
    left -= 1
    if (left === 0) child.kill('SIGKILL')
  }
  await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) => write(url, `${'abcdefgh'[writer]}${round}`, onAcknowledged)),
  )
  await ended
}

it(
  'a killed process has lost nothing it acknowledged, and left nothing half done',
  async () => {
    for (let round = 0; round < KILLS; round++) await killedWhileWriting(round)
    const { url, child, ended } = await serve()
    expect(ledger.acknowledged.size).toBeGreaterThanOrEqual(KILLS * ACKNOWLEDGED)
    for (const [id, headline] of ledger.acknowledged) {
      const [, word] = headline.split(' ')
      const live = (await (await fetch(`${url}/v1/articles/${id}`)).json()) as { headline: string; version: number }
      expect(live).toMatchObject({ headline, version: 1 })
      const found = (await (await fetch(`${url}/v1/search?q=piece${word}&facets=none`)).json()) as { data: object[] }
      expect(found.data).toMatchObject([{ id }])
    }
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
    const file = join(commands.folder, environment.DATABASE_URL)
    for (const beside of ['-wal', '-shm']) expect(existsSync(file + beside)).toBe(false)

    const db = new Database(file)
    const all = (sql: string) => db.prepare(sql).pluck().all()
    expect(all('PRAGMA integrity_check')).toEqual(['ok'])
    expect(all('PRAGMA foreign_key_check')).toEqual([])
    db.exec("INSERT INTO edition_index (edition_index, rank) VALUES ('integrity-check', 1)")
    // Whatever is there was sent, was not refused, and is there with all that belongs to it.
    const ids = all('SELECT id FROM articles ORDER BY id')
    const headlines = all("SELECT json_extract(document, '$.headline') FROM editions") as string[]
    expect(headlines.filter((one) => !ledger.sent.has(one) || ledger.refused.has(one))).toEqual([])
    expect(headlines).toHaveLength(ids.length)
    expect(new Set(headlines).size).toBe(ids.length)
    expect(all('SELECT article FROM editions WHERE search_key IS NOT NULL ORDER BY article')).toEqual(ids)
    expect(all('SELECT article FROM revisions WHERE number = 1 ORDER BY article')).toEqual(ids)
    expect(all("SELECT target FROM changes WHERE type = 'article.published' ORDER BY target")).toEqual(ids)
    expect(all('SELECT seq FROM changes ORDER BY seq')).toEqual(ids.map((_, index) => index + 1))
    expect(all("SELECT target FROM audit_log WHERE action = 'article.publish' ORDER BY target")).toEqual(ids)
    db.close()
  },
  TIMEOUT,
)

const INFINITE =
  'with recursive n (x) as (select 1 union all select x + 1 from n) select count(*) as count from n where within_deadline()'

it(
  'a query without end is stopped in its thread, and the event loop goes on meanwhile',
  async () => {
    const script = `
      import { openStorage } from ${JSON.stringify(join(commands.built, 'dist/storage/open.js'))}
      const { boundedReader: reader, close } = await openStorage('endless.db', { forService: true, deadline: 200 })
      let turns = 0
      const counting = setInterval(() => { turns += 1 }, 1)
      const code = await reader.all(\`${INFINITE}\`).catch((error) => error.cause?.code ?? error.code)
      clearInterval(counting)
      const rows = await reader.all('select 1')
      await close()
      console.log(JSON.stringify({ code, rows, isTurning: turns > 5 }))`
    const file = join(commands.folder, 'endless.mjs')
    writeFileSync(file, script)
    const { ended } = commands.run([file])
    expect(JSON.parse((await ended).out)).toEqual({ code: '57014', rows: [[1]], isTurning: true })
  },
  TIMEOUT,
)
