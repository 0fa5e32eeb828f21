import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { depth } from '../harness/depth.ts'
import { ledgerSettings, newLedger, request, serveProcess } from '../harness/ledger.ts'

const KILLS = 3 * depth
const WRITERS = 8
/** How many writes are acknowledged before the process is killed in the midst of others. */
const ACKNOWLEDGED = depth > 1 ? 500 : 40

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
})
afterAll(() => commands.remove())

const ledger = newLedger()

async function killedWhileWriting(round: number) {
  const { url, child, ended } = await serveProcess(commands)
  let left = ACKNOWLEDGED
  const onAcknowledged = () => {
    left -= 1
    if (left === 0) child.kill('SIGKILL')
  }
  await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) =>
      ledger.write(url, `${'abcdefgh'[writer]}${round}`, { onAcknowledged }),
    ),
  )
  await ended
}

it('a killed process has lost nothing it acknowledged, and left nothing half done', async () => {
  for (let round = 0; round < KILLS; round++) await killedWhileWriting(round)
  const { url, child, ended } = await serveProcess(commands)
  expect(ledger.acknowledged.size).toBeGreaterThanOrEqual(KILLS * ACKNOWLEDGED)
  for (const [id, headline] of [...ledger.acknowledged].slice(-KILLS * 40)) {
    const [, word] = headline.split(' ')
    const live = await request(`${url}/v1/articles/${id}`)
    expect(live?.body).toMatchObject({ headline, version: 1 })
    const found = await request(`${url}/v1/search?q=piece${word}&facets=none`)
    expect(found?.body.data).toMatchObject([{ id }])
  }
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, err: '' })
  const file = join(commands.folder, ledgerSettings.DATABASE_URL)
  for (const beside of ['-wal', '-shm']) expect(existsSync(file + beside)).toBe(false)
  ledger.check(file)
  process.stdout.write(`${KILLS} kills, ${ledger.acknowledged.size} acknowledged writes, none lost\n`)
})
