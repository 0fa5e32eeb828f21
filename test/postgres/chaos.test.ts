/**
 * Three processes over one PostgreSQL server and a replica that is behind, while connections are ended, processes are
 * killed and stopped, and the server is restarted and crashes. `CHAOS_ROUNDS` says how often: `npm run test:chaos`.
 */
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { type Receiver, receiver } from '../harness/receiver.ts'

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 1)
const TIMEOUT = 300_000 * ROUNDS
const PROCESSES = 3
const WRITERS = 2
/** How many writes are acknowledged between two events. */
const BETWEEN = 6
/** How long a client waits after a write that was not done, in milliseconds. */
const BACK_OFF = 20
const KEY = 'a-key-of-the-chaos-0123456789-0123456789'
/** In one round of so many a process is stopped for longer than any time limit, in milliseconds. */
const [STOPPED_ONE_IN, STOPPED] = [10, 30_000]
/** How far the replica is behind. */
const LAG = '100ms'
/** Each writer schedules one article in so many; how far ahead, in milliseconds. */
const [SCHEDULED_ONE_IN, AHEAD] = [4, 500]

interface Server {
  url: string
  stop(): Promise<void>
  restart(signal: NodeJS.Signals): Promise<void>
  replica(lag: string): Promise<string>
}

let server: Server
let replicaUrl: string
let commands: CommandLine
let hook: Receiver
beforeAll(async () => {
  const harness: string = '../harness/postgres-server.js'
  server = await (await import(harness)).startPostgres()
  replicaUrl = await server.replica(LAG)
  commands = commandLine()
  hook = await receiver()
}, TIMEOUT)
afterAll(async () => {
  commands?.remove()
  await hook?.close()
  await server.stop()
})

interface Served {
  url: string
  child: ReturnType<CommandLine['start']>['child']
}

async function serve(): Promise<Served> {
  const settings = {
    DATABASE_URL: server.url,
    DATABASE_READ_URL: replicaUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    DATELINE_ADMIN_KEY: KEY,
    SECRETS_KEY: KEY,
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  }
  const { child, said } = commands.start(['serve'], settings)
  const [, url = ''] = /(http:\/\/\S+:\d+)/.exec(await said('Dateline serves')) ?? []
  return { url, child }
}

/** What was acknowledged, in the order of each writer; what was scheduled; and what must not happen. */
const acknowledged: string[][] = []
const scheduled: string[] = []
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

/** Whether a publication waited until the time for which it was to be scheduled had passed. */
const isTooLate = ({ status, text }: { status: number; text: string }): boolean =>
  status === 400 && JSON.parse(text).errors?.[0]?.code === 'wrong_time'

/** Sends a write; what was acknowledged, or undefined where it was not. */
async function send(url: string, path: string, content: object) {
  const reply = await ask(url, path, { method: 'POST', headers, body: JSON.stringify(content) })
  if (reply && [200, 201].includes(reply.status)) return JSON.parse(reply.text)
  if (reply && reply.status !== 503 && !isTooLate(reply)) faults.push(`${path} is ${reply.status}: ${reply.text}`)
  await pause(BACK_OFF)
}

/** Creates an article and schedules it. */
async function schedule(url: string, headline: string) {
  const draft = await send(url, '/v1/articles', { headline })
  if (!draft) return
  const at = new Date(Date.now() + AHEAD).toISOString()
  if (await send(url, `/v1/articles/${draft.id}/publish`, { at })) scheduled.push(draft.id)
}

/** Writes by one process, and reads what it has written from another. */
async function write(processes: Served[], own: number, name: string, list: string[]) {
  for (let number = 0; !isOver; number++) {
    const url = processes[own]?.url ?? ''
    if (number % SCHEDULED_ONE_IN === 0) await schedule(url, `Later ${name} ${number}`)
    const created = await send(url, '/v1/articles?publish=true', { headline: `Piece ${name} ${number}` })
    if (!created) continue
    const { id } = created
    onAcknowledged(id, list)
    const read = await ask(processes[(own + 1) % PROCESSES]?.url ?? '', `/v1/articles/${id}`)
    if (read && read.status !== 200 && read.status !== 503) faults.push(`a read is ${read.status}: ${read.text}`)
    const newest = await ask(processes[(own + 2) % PROCESSES]?.url ?? '', '/v1/articles?limit=100')
    if (newest?.status === 200 && !newest.text.includes(id)) faults.push(`a list is stale: it lacks ${id}`)
  }
}

it(
  'no acknowledged write is lost, no reply is 500 or stale, what is scheduled is published, and each change delivered',
  async () => {
    const processes = [await serve(), await serve(), await serve()]
    expect(await send(processes[2]?.url ?? '', '/v1/webhooks', { url: hook.url, events: ['*'] })).toBeDefined()
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
      await Promise.all([more(BETWEEN), pause((round + 1) % STOPPED_ONE_IN === 0 ? STOPPED : 0)])
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

    const client = new pg.Client(server.url)
    await client.connect()
    const waiting = async () => {
      const { rows } = await client.query("select 1 from articles where id = any($1) and status = 'scheduled'", [
        scheduled,
      ])
      return rows.length
    }
    while ((await waiting()) > 0);
    const live = await client.query('select article from editions')
    const { rows } = await client.query(`select seq::int, target from changes order by seq`)
    // The lease of a process that was killed while it sent lasts a minute; here it ends at once.
    const now = new Date().toISOString()
    await client.query(`update webhook_deliveries set next_at = $1 where status = 'pending'`, [now])
    await client.end()
    const areDelivered = () => {
      const delivered = new Set(hook.received.map(({ data }) => data.seq))
      return rows.every(({ seq }) => delivered.has(seq))
    }
    while (!areDelivered()) await hook.has(hook.received.length + 1)
    expect(faults).toEqual([])
    const ids = new Set(live.rows.map(({ article }) => article))
    expect(acknowledged.flat().filter((id) => !ids.has(id))).toEqual([])
    expect(scheduled.filter((id) => !ids.has(id))).toEqual([])
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
