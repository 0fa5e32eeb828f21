import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { depth } from '../harness/depth.ts'
import { ledgerSettings, request, serveProcess } from '../harness/ledger.ts'

const KILLS = depth > 1 ? 20 : 3
const UPLOADS = 50
/** How many uploads are acknowledged before the process is killed in the midst of others. */
const ACKNOWLEDGED = 40

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
})
afterAll(() => commands.remove())

const checksumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
/** A document that no other is. */
const document = () => Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(200_000), Buffer.from('\n%%EOF\n')])

/** The checksums of the acknowledged uploads, by the ids of their entries. */
const acknowledged = new Map<string, string>()

async function killedWhileUploading(): Promise<void> {
  const { url, child, ended } = await serveProcess(commands)
  let left = ACKNOWLEDGED
  const upload = async () => {
    for (;;) {
      const body = document()
      const headers = {
        authorization: `Bearer ${ledgerSettings.DATELINE_ADMIN_KEY}`,
        'content-type': 'application/pdf',
      }
      const reply = await fetch(`${url}/v1/media`, { method: 'POST', headers, body }).then(
        async (response) => ({ status: response.status, body: (await response.json()) as { id: string } }),
        () => undefined,
      )
      if (!reply) return
      expect(reply.status).toBe(201)
      acknowledged.set(reply.body.id, checksumOf(body))
      left -= 1
      if (left === 0) child.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: UPLOADS }, upload))
  await ended
}

it('a process that is killed while files arrive has every one that it acknowledged, whole, and shows no other', async () => {
  for (let round = 0; round < KILLS; round++) await killedWhileUploading()
  const { url, child, ended } = await serveProcess(commands)
  for (const [id, checksum] of [...acknowledged].slice(-5))
    expect((await request(`${url}/v1/media/${id}`))?.body).toMatchObject({ checksum, status: 'available' })
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, err: '' })

  const folder = join(commands.folder, 'media')
  const shards = readdirSync(folder).filter((name) => /^[0-9a-f]{2}$/.test(name))
  const files = shards.flatMap((shard) => readdirSync(join(folder, shard)).map((name) => join(shard, name)))
  const broken = files.filter((file) => file.slice(3) !== checksumOf(readFileSync(join(folder, file))))
  expect(broken).toEqual([])
  const stored = new Set(files.map((file) => file.slice(3)))
  const db = new Database(join(commands.folder, ledgerSettings.DATABASE_URL), { readonly: true })
  const rows = db.prepare('SELECT id, checksum FROM media').all() as { id: string; checksum: string }[]
  db.close()
  expect(rows.filter(({ checksum }) => !stored.has(checksum))).toEqual([])
  const present = new Map(rows.map(({ id, checksum }) => [id, checksum]))
  expect([...acknowledged].filter(([id, checksum]) => present.get(id) !== checksum)).toEqual([])
  process.stdout.write(`${KILLS} kills, ${acknowledged.size} acknowledged uploads, none lost\n`)
})
