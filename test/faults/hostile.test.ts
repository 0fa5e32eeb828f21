/** One hostile client of each role against a process that serves: nothing fails, and it stays there for others. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { runs } from '../harness/depth.ts'
import { hostileRequests } from '../harness/hostile.ts'
import { ledgerSettings, request, serveProcess } from '../harness/ledger.ts'

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
})
afterAll(() => commands.remove())

/** How many requests of each client; a minute of them on two cores is a depth of about 4. */
const { numRuns: COUNT, seed: SEED } = runs(60)
/** The resident memory that no client may bring the process beyond, in bytes. */
const MAX_MEMORY = 500 * 2 ** 20
/**
 * The work that one turn of the event loop may have, in milliseconds of processor time. It is less than 50 on a machine
 * that has nothing else to do.
 */
const MAX_TURN = 150
/** The problems that a 503 may have: what is documented for load, and for work that takes too long. */
const DOCUMENTED = ['/problems/busy', '/problems/too-complex']
/** Notes the long turns of the event loop of the process that it is loaded into. */
const TURNS = new URL('../harness/long-turns.js', import.meta.url)

const memoryOf = (pid = 0) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** The turns that were noted: when each ended, and its processor time in milliseconds. */
const longTurns = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' ').map(Number))
    .map(([at = 0, work = 0]) => ({ at, work }))

it('a hostile client of any role gets no failure, and takes no more than its share', async () => {
  const turns = join(commands.folder, 'turns')
  const { url, child, ended } = await serveProcess(commands, {
    ...ledgerSettings,
    DATABASE_URL: 'hostile.db',
    NODE_OPTIONS: `--import=${TURNS.href}`,
    LONG_TURNS: turns,
  })
  const [article] = [await request(`${url}/v1/articles?publish=true`, 'POST', { headline: 'The harbour' })]
  const id = String(article?.body.id)
  await request(`${url}/v1/articles/${id}`, 'PATCH', { kicker: 'Not live' })
  const failures: string[] = []
  const probes: number[] = []
  let memory = 0
  /** When each request began. */
  const begun: { at: number; request: string }[] = []
  let isDone = false

  async function probe(): Promise<void> {
    while (!isDone) {
      for (const path of ['/livez', `/v1/articles/${id}`]) {
        const began = performance.now()
        const reply = await fetch(url + path)
        await reply.text()
        if (reply.status !== 200) failures.push(`${path} ${reply.status}`)
        probes.push(performance.now() - began)
      }
      memory = Math.max(memory, memoryOf(child.pid))
    }
  }

  async function attack(role: string, seed: number): Promise<void> {
    const key = role === 'anyone' ? undefined : await request(`${url}/v1/api-keys`, 'POST', { name: role, role })
    const authorization: Record<string, string> = key ? { authorization: `Bearer ${key.body.secret}` } : {}
    for (const { method, path, body } of fc.sample(hostileRequests(id), { numRuns: COUNT, seed })) {
      const current = `${role} ${method} ${path.slice(0, 200)} ${body?.slice(0, 200)} (${body?.length})`
      begun.push({ at: Date.now(), request: current })
      const type = path === '/v1/bulk' ? 'application/x-ndjson' : 'application/json'
      const headers = { ...authorization, ...(body !== undefined && { 'content-type': type }) }
      const reply = await fetch(url + path, { method, headers, body: body ?? null })
      const text = await reply.text()
      const isDocumented = reply.status === 503 && DOCUMENTED.includes(JSON.parse(text).type)
      if (reply.status >= 500 && !isDocumented) failures.push(`${current}: ${reply.status} ${text}`)
    }
  }

  const probing = probe()
  // Code that is loaded at its first use is none of the work that is bounded.
  await attack('admin', SEED)
  const warm = Date.now()
  for (const [number, role] of ['anyone', 'partner', 'contributor', 'editor', 'admin'].entries())
    await attack(role, SEED + number)
  isDone = true
  await probing
  const long = longTurns(turns).filter(({ at }) => at > warm)
  const longest = long.reduce((a, b) => (b.work > a.work ? b : a), { at: warm, work: 0 })
  const beside = begun.findLast(({ at }) => at <= longest.at)?.request
  probes.sort((a, b) => a - b)
  // How long others waited is for people to read: it depends on the machine.
  process.stderr.write(
    `${probes.length} probes, of which 99 % took at most ${Math.round(probes[Math.floor(probes.length * 0.99)] ?? 0)} ms, ` +
      `longest turn ${Math.round(longest.work)} ms beside ${beside}, ` +
      `memory ${Math.round(memory / 2 ** 20)} MB\n`,
  )
  expect(longest.work).toBeLessThan(MAX_TURN)
  expect(failures).toEqual([])
  expect(memory).toBeLessThan(MAX_MEMORY)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, err: '' })
})
