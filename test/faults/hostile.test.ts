/** One hostile client of each role against a process that serves: nothing fails, and it stays there for others. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { runs } from '../harness/depth.ts'
import { hostileRequests } from '../harness/hostile.ts'
import { ledgerSettings, request, serveProcess } from '../harness/ledger.ts'

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
}, 120_000)
afterAll(() => commands.remove())

/** How many requests of each client; a minute of them on two cores is a depth of about 4. */
const { numRuns: COUNT, seed: SEED } = runs(60)
/** The resident memory that no client may bring the process beyond, in bytes. */
const MAX_MEMORY = 700 * 2 ** 20
/** The problems that a 503 may have: what is documented for load, and for work that takes too long. */
const DOCUMENTED = ['/problems/busy', '/problems/too-complex']

const memoryOf = (pid = 0) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** CPU time of the event loop's thread so far, in milliseconds; a tick of the kernel is 10 of them. */
function workOf(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

it('a hostile client of any role gets no failure, and takes no more than its share', async () => {
  const { url, child, ended } = await serveProcess(commands, { ...ledgerSettings, DATABASE_URL: 'hostile.db' })
  const [article] = [await request(`${url}/v1/articles?publish=true`, 'POST', { headline: 'The harbour' })]
  const id = String(article?.body.id)
  await request(`${url}/v1/articles/${id}`, 'PATCH', { kicker: 'Not live' })
  const failures: string[] = []
  const slowest = { probe: 0, work: 0, memory: 0, beside: '' }
  let current = ''
  let isDone = false

  async function probe(): Promise<void> {
    while (!isDone) {
      for (const path of ['/livez', `/v1/articles/${id}`]) {
        const [began, worked] = [performance.now(), workOf(child.pid)]
        const reply = await fetch(url + path)
        await reply.text()
        if (reply.status !== 200) failures.push(`${path} ${reply.status}`)
        slowest.probe = Math.max(slowest.probe, performance.now() - began)
        const work = workOf(child.pid) - worked
        if (work > slowest.work) Object.assign(slowest, { work, beside: current })
      }
      slowest.memory = Math.max(slowest.memory, memoryOf(child.pid))
    }
  }

  async function attack(role: string, seed: number): Promise<void> {
    const key = role === 'anyone' ? undefined : await request(`${url}/v1/api-keys`, 'POST', { name: role, role })
    const authorization: Record<string, string> = key ? { authorization: `Bearer ${key.body.secret}` } : {}
    for (const { method, path, body } of fc.sample(hostileRequests(id), { numRuns: COUNT, seed })) {
      current = `${role} ${method} ${path.slice(0, 200)} ${body?.slice(0, 200)} (${body?.length})`
      const type = path === '/v1/bulk' ? 'application/x-ndjson' : 'application/json'
      const headers = { ...authorization, ...(body !== undefined && { 'content-type': type }) }
      const reply = await fetch(url + path, { method, headers, body: body ?? null })
      const text = await reply.text()
      const isDocumented = reply.status === 503 && DOCUMENTED.includes(JSON.parse(text).type)
      if (reply.status >= 500 && !isDocumented) failures.push(`${current}: ${reply.status} ${text}`)
    }
  }

  const probing = probe()
  for (const [number, role] of ['anyone', 'partner', 'contributor', 'editor', 'admin'].entries())
    await attack(role, SEED + number)
  isDone = true
  await probing
  // How long others waited is for people to read: it depends on the machine.
  const { probe: longest, work, beside, memory } = slowest
  process.stderr.write(
    `slowest probe ${Math.round(longest)} ms, most work of the event loop in one ${work} ms beside ${beside}, ` +
      `memory ${Math.round(memory / 2 ** 20)} MB\n`,
  )
  expect(failures).toEqual([])
  expect(slowest.memory).toBeLessThan(MAX_MEMORY)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, err: '' })
}, 600_000)
