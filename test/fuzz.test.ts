/**
 * Requests made from the OpenAPI document, right and wrong ones, for every operation and role. Whatever is sent, the
 * answer is no failure of the service, its status is documented for the operation, and its body is as documented.
 * Each operation gets about 16 requests on SQLite and 6 on PostgreSQL; `TEST_DEPTH=1250` makes that 20,000 on SQLite, and
 * 3334 on PostgreSQL. `TEST_OPERATIONS=getMedia,updateMedia` sends them to these operations alone.
 */
import fc from 'fast-check'
import { publishDue } from '../src/articles/lifecycle/scheduler.ts'
import { recompileStale } from '../src/editions/recompile-stale.ts'
import { inlineImageTasks } from '../src/media/image-tasks.ts'
import { dialect } from '../src/storage/dialect.ts'
import { runs } from './harness/depth.ts'
import { conforms } from './harness/document.ts'
import { fill, publishOne } from './harness/fuzz/content.ts'
import { operationsOf } from './harness/fuzz/operation.ts'
import { Pool } from './harness/fuzz/pool.ts'
import { requestsOf, type Sent } from './harness/fuzz/requests.ts'
import { asResponse, curlOf, wire } from './harness/fuzz/wire.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { temporaryFolder } from './harness/storage.ts'

/** How many requests each operation gets. */
const { numRuns: RUNS, seed: SEED } = runs(dialect === 'sqlite' ? 16 : 6)
/** After so many for each, the test starts over with the next seed: lists would grow for ever. */
const RUNS_EACH = 100
/** The ids of the operations that are tested, joined by commas; all if there is none. */
const ONLY = process.env.TEST_OPERATIONS?.split(',')
/** Failures that are shown before the run ends. */
const MOST_FAILURES = 20

interface Finding {
  what: string
  seed: number
  curl: string
}

/** Fills a newsroom, and gives what sends one request and throws unless the answer is as it should be. */
async function prepared(room: Newsroom) {
  const pool = new Pool()
  const document = room.app.swagger() as unknown as Record<string, unknown>
  const operations = operationsOf(document).filter(({ operationId }) => ONLY?.includes(operationId) ?? true)
  const tokens = new Map<string, string>()
  for (const role of ['reader', 'partner', 'contributor', 'editor', 'admin'] as const) {
    const { id, token } = await room.newKey(role)
    pool.reserved.add(id)
    tokens.set(role, token)
  }
  const broken = ['Bearer', 'Bearer x', `Bearer ${tokens.get('editor')}x`, 'Basic eDp5', `Bearer ${'t'.repeat(2_000)}`]
  const { send, close } = wire(room.url, ({ role, path }) => {
    const token = tokens.get(role)
    if (role === 'broken') return broken[path.length % broken.length]
    return token && `Bearer ${token}`
  })
  let sent = 0
  let round = 0

  async function check(request: Sent): Promise<void> {
    if (sent++ % 400 === 0) await fill(room, pool, round++)
    if (sent % 8 === 0) await publishOne(room, pool)
    if (sent % 50 === 0) {
      await publishDue(room)
      await recompileStale(room.storage)
    }
    room.clock.tick(100)
    room.log.length = 0
    const { method, path } = request
    const reply = await send(request)
    const { status, headers, body } = reply
    if (status >= 500) throw new Error(`${status} ${stackIn(room.log)}`)
    const [plain = ''] = path.split('?')
    if (status < 300) pool.learn(plain, headers, body)
    if (status === 204) pool.lose(plain)
    // What checks replies resolves dots in a path, and the service does not.
    if (!/\/(\.|%2e){1,2}[/?]|\/(\.|%2e){1,2}$/i.test(path))
      conforms(method.toLowerCase(), path, asResponse(request, reply))
  }
  // Small numbers would come more often, and the parts of a request that happen with them.
  const requests = fc.noBias(fc.oneof(...operations.map(requestsOf(document, pool))))
  return { requests, count: operations.length, check, close }
}

const stackIn = (log: string[]): string => {
  const failed = log.find((line) => line.includes('"stack"'))
  return failed ? String(JSON.parse(failed).err.stack).slice(0, 1_500) : 'and nothing logged'
}

/** The key of a fault: the operation, and what is wrong without what was sent. */
const signatureOf = ({ operationId }: Sent, error: unknown): string =>
  `${operationId} ${String(error)
    .replace(/(["'`])(?:(?!\1).)*\1|\d{2,}|\S{40,}/g, '…')
    .slice(0, 120)}`

/** One round with a newsroom of its own; each fault is found once. */
async function round(seed: number, times: number, known: Set<string>): Promise<Finding[]> {
  const room = await newsroom(
    {
      LOG_LEVEL: 'error',
      SECRETS_KEY: 'a-key-for-secrets-that-is-long-enough',
      BACKUP_DIR: await temporaryFolder(),
      // All names lead to this machine, so that no request of the service leaves it.
      WEBHOOK_ALLOWED_HOSTS: 'hooks.example,wire.example,x.example,xn--mller-kva.example',
    },
    { hostLookup: async () => [{ address: '127.0.0.1', family: 4 }], imageTasks: inlineImageTasks },
  )
  const { requests, count, check, close } = await prepared(room)
  const findings: Finding[] = []
  const property = fc.asyncProperty(requests, async (request) => {
    try {
      await check(request)
    } catch (error) {
      const signature = signatureOf(request, error)
      if (known.has(signature)) return
      known.add(signature)
      findings.push({ what: String(error).slice(0, 1_000), seed, curl: curlOf(request) })
    }
  })
  await fc.assert(property, { seed, numRuns: times * count })
  await close()
  await room.close()
  return findings
}

it(
  'answers whatever is sent, as documented',
  async () => {
    const findings: Finding[] = []
    const known = new Set<string>()
    for (let done = 0; done < RUNS && findings.length < MOST_FAILURES; done += RUNS_EACH)
      findings.push(...(await round(SEED + done, Math.min(RUNS_EACH, RUNS - done), known)))
    const shown = findings.map(({ what, seed, curl }) => `TEST_SEED=${seed}: ${what}\n${curl}`)
    expect(shown.join('\n\n')).toBe('')
  },
  60_000 + RUNS * 10_000,
)
