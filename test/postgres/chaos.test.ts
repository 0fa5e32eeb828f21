/**
 * Three processes over one PostgreSQL server, while connections are ended, processes are killed and stopped, and the
 * server is restarted and crashes. `CHAOS_ROUNDS` says how often: `npm run test:chaos`.
 */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type CommandLine, commandLine } from '../harness/command-line.ts'

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 1)
const TIMEOUT = 120_000 * ROUNDS
const PROCESSES = 3
const WRITERS = 2
/** How many writes are acknowledged between two events. */
const BETWEEN = 6
/** How long a client waits after a write that was not done, in milliseconds. */
const BACK_OFF = 20
const KEY = 'a-key-of-the-chaos-0123456789-0123456789'

let server: { url: string; stop(): Promise<void>; restart(signal: NodeJS.Signals): Promise<void> }
let commands: CommandLine
beforeAll(async () => {
  const harness: string = '../harness/postgres-server.js'
  server = await (await import(harness)).startPostgres()
  commands = commandLine()
}, TIMEOUT)
afterAll(async () => {
  commands?.remove()
  await server.stop()
})

interface Served {
  url: string
  child: ReturnType<CommandLine['start']>['child']
}

async function serve(): Promise<Served> {
  const settings = { DATABASE_URL: server.url, HOST: '127.0.0.1', PORT: '0', DATELINE_ADMIN_KEY: KEY }
  const { child, said } = commands.start(['serve'], settings)
  const [, url = ''] = /(http:\/\/\S+:\d+)/.exec(await said('Dateline serves')) ?? []
  return { url, child }
}

/** What was acknowledged, in the order of each writer, and what must not happen. */
const acknowledged: string[][] = []
const faults: string[] = []
let count = 0
let isOver = false
const waiting: { at: number; wake: () => void }[] = []

/** Resolves when so many more writes have been acknowledged. */
const more = (writes: number) => new Promise<void>((wake) => waiting.push({ at: count + writes, wake }))

function onAcknowledged(id: string, list: string[]): void {
  list.push(id)
  count += 1
  for (const waiter of waiting.filter(({ at }) => at <= count)) waiter.wake()
}

/** How long a client waits for a reply, in milliseconds: the process may be stopped. */
const TIMEOUTS = { read: 1_000, write: 20_000 }

/** What came back; undefined where nobody answers. */
const ask = (url: string, path: string, init: RequestInit = {}) =>
  fetch(url + path, { ...init, signal: AbortSignal.timeout(TIMEOUTS[init.method ? 'write' : 'read']) })
    .then(async (reply) => ({ status: reply.status, text: await reply.text() }))
    .catch(() => undefined)

const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }

/** Writes by one process, and reads what it has written from another. */
async function write(processes: Served[], own: number, name: string, list: string[]) {
  for (let number = 0; !isOver; number++) {
    const body = JSON.stringify({ headline: `Piece ${name} ${number}` })
    const reply = await ask(processes[own]?.url ?? '', '/v1/articles?publish=true', { method: 'POST', headers, body })
    if (reply?.status !== 201) {
      if (reply && reply.status !== 503) faults.push(`a write is ${reply.status}: ${reply.text}`)
      await pause(BACK_OFF)
      continue
    }
    const { id } = JSON.parse(reply.text)
    onAcknowledged(id, list)
    const read = await ask(processes[(own + 1) % PROCESSES]?.url ?? '', `/v1/articles/${id}`)
    if (read && read.status !== 200 && read.status !== 503) faults.push(`a read is ${read.status}: ${read.text}`)
    const newest = await ask(processes[(own + 2) % PROCESSES]?.url ?? '', '/v1/articles?limit=100')
    if (newest?.status === 200 && !newest.text.includes(id)) faults.push(`a list is stale: it lacks ${id}`)
  }
}

it(
  'no acknowledged write is lost, no reply is 500 or stale, and the changes have no gap',
  async () => {
    const processes = [await serve(), await serve(), await serve()]
    const writers = Array.from({ length: PROCESSES * WRITERS }, (_, writer) => {
      const list: string[] = []
      acknowledged.push(list)
      return write(processes, writer % PROCESSES, `n${writer}`, list)
    })
    const endConnections = async () => {
      const admin = new pg.Client(server.url)
      await admin.connect()
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dateline'`)
      await admin.end()
    }
    for (let round = 0; round < ROUNDS; round++) {
      await more(BETWEEN)
      await endConnections()
      await more(BETWEEN)
      processes[0]?.child.kill('SIGKILL')
      await more(BETWEEN)
      processes[0] = await serve()
      await more(BETWEEN)
      // Where it has the write lock, the others go on when the server has ended its connection.
      processes[1]?.child.kill('SIGSTOP')
      await more(BETWEEN)
      processes[1]?.child.kill('SIGCONT')
      await more(BETWEEN)
      await server.restart('SIGINT')
      await more(BETWEEN)
      await server.restart('SIGQUIT')
      await more(BETWEEN)
    }
    isOver = true
    await Promise.all(writers)
    for (const { child } of processes) expect(child.exitCode).toBeNull()
    expect(faults).toEqual([])

    const client = new pg.Client(server.url)
    await client.connect()
    const live = await client.query('select article from editions')
    const { rows } = await client.query(`select seq::int, target from changes order by seq`)
    await client.end()
    const ids = new Set(live.rows.map(({ article }) => article))
    expect(acknowledged.flat().filter((id) => !ids.has(id))).toEqual([])
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
    // The changes of one writer are in its order.
    const order = new Map(rows.map(({ seq, target }) => [target, seq]))
    for (const list of acknowledged) {
      const numbers = list.map((id) => order.get(id))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }
  },
  TIMEOUT,
)
