import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setInterval } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { depth } from '../harness/depth.ts'
import { ledgerSettings, newLedger, request, serveProcess } from '../harness/ledger.ts'

const BACKUPS = 3 * depth
const WRITERS = 8
/** How many writes are acknowledged between two backups. */
const BETWEEN = 40

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
})
afterAll(() => commands.remove())

const ledger = newLedger()
const at = (name: string) => join(commands.folder, name)
const run = (...args: string[]) => commands.start(args, ledgerSettings).ended

/** The job when it has ended. */
async function ended(url: string, id: string) {
  for await (const _ of setInterval(20)) {
    const job = (await request(`${url}/v1/jobs/${id}`))?.body
    if (!['queued', 'running'].includes(job.state)) return job
  }
}

it('backups under writes have everything that was acknowledged before them, and can be restored', async () => {
  const settings = { ...ledgerSettings, BACKUP_DIR: 'backups', BACKUP_KEEP: '2' }
  const { url, child, ended: stopped } = await serveProcess(commands, settings)
  const backups: { file: string; before: string[] }[] = []
  let isDone = false
  let since = 0
  let enough = () => {}
  const onAcknowledged = () => {
    since += 1
    if (since >= BETWEEN) enough()
  }
  const began = performance.now()
  const writers = Array.from({ length: WRITERS }, (_, writer) =>
    ledger.write(url, `${'abcdefgh'[writer]}`, { onAcknowledged, isDone: () => isDone }),
  )
  for (let number = 0; number < BACKUPS; number++) {
    await new Promise<void>((resolve) => {
      enough = resolve
      since = 0
    })
    const before = [...ledger.acknowledged.keys()]
    const reply = await request(`${url}/v1/backups`, 'POST', { to: `number-${number}.db` })
    expect(reply?.status).toBe(202)
    expect(reply?.headers.get('location')).toBe(`/v1/jobs/${reply?.body.id}`)
    const job = await ended(url, reply?.body.id)
    expect(job).toMatchObject({
      kind: 'backup',
      state: 'done',
      report: { file: join('backups', `number-${number}.db`) },
    })
    expect(job.progress.done).toBe(job.progress.total)
    backups.push({ file: at(job.report.file), before })
  }
  const seconds = (performance.now() - began) / 1000
  process.stdout.write(`${BACKUPS} backups, ${Math.round(ledger.acknowledged.size / seconds)} writes a second\n`)
  // Names that the service gives are deleted again, those of clients are not.
  for (let number = 0; number < 4; number++) {
    const reply = await request(`${url}/v1/backups`, 'POST')
    await ended(url, reply?.body.id)
    const own = reply?.status === 202
    expect(own).toBe(true)
  }
  isDone = true
  await Promise.all(writers)
  expect(
    readdirSync(at('backups')).filter((name) => /^dateline-\d{8}T\d{6}Z\.db$/.test(name)).length,
  ).toBeLessThanOrEqual(2)
  expect(readdirSync(at('backups')).filter((name) => name.startsWith('number-'))).toHaveLength(BACKUPS)
  expect(readdirSync(at('backups')).filter((name) => !name.endsWith('.db'))).toEqual([])
  for (const { file, before } of backups) ledger.check(file, before)

  // The command does the same beside the service; restoring waits until the service has stopped.
  expect(await run('backup', 'by-hand.db')).toMatchObject({ code: 0, err: '' })
  ledger.check(at('by-hand.db'))
  expect(await run('backup', 'by-hand.db')).toMatchObject({
    code: 1,
    err: 'dateline: the file by-hand.db exists already\n',
  })
  expect(await run('restore', 'by-hand.db')).toMatchObject({
    code: 1,
    err: 'dateline: there is a database at ledger.db already; --force puts the backup in its place, and keeps it\n',
  })
  const first = 'backups/number-0.db'
  expect(await run('restore', first, '--force')).toMatchObject({
    code: 1,
    err: 'dateline: a service or a command has ledger.db open; stop it first\n',
  })
  expect((await request(`${url}/v1/articles?limit=1`))?.status).toBe(200)
  child.kill('SIGTERM')
  await stopped
  ledger.check(at('ledger.db'))
  const restored = await run('restore', first, '--force')
  expect(restored).toMatchObject({ code: 0, err: '' })
  const [, former = ''] = /The former database is (\S+)\.\n/.exec(restored.out) ?? []
  ledger.check(at(former))
  ledger.check(at('ledger.db'), backups[0]?.before)
  const again = await serveProcess(commands)
  for (const id of backups[0]?.before ?? []) expect((await request(`${again.url}/v1/articles/${id}`))?.status).toBe(200)
  again.child.kill('SIGTERM')
  await again.ended
})

it('what is no sound backup is not restored', async () => {
  const bytes = readFileSync(at('by-hand.db'))
  const whole = readFileSync(at('ledger.db'))
  const damaged = Buffer.from(bytes)
  damaged.fill(0xaa, 4096 * 40, 4096 * 60)
  writeFileSync(at('damaged.db'), damaged)
  writeFileSync(at('short.db'), bytes.subarray(0, Math.floor(bytes.length / 2)))
  writeFileSync(at('text.db'), 'This is not a database. '.repeat(500))
  copyFileSync(at('by-hand.db'), at('newer.db'))
  const newer = new Database(at('newer.db'))
  newer.exec("insert into schema_migrations (tag, applied_at) values ('9999_beyond', '')")
  newer.close()
  for (const [name, message] of [
    ['damaged.db', 'could not be copied: '],
    ['short.db', 'could not be copied: '],
    ['text.db', 'the file text.db is not an SQLite database, or is damaged'],
    ['newer.db', 'the database was made by a newer version of Dateline'],
    ['nothing.db', 'there is no file nothing.db'],
    ['ledger.db', 'ledger.db is the database itself'],
  ] as const) {
    const { code, err } = await run('restore', name, '--force')
    expect({ name, code, err }).toEqual({ name, code: 1, err: expect.stringContaining(message) })
  }
  expect(readFileSync(at('ledger.db')).equals(whole)).toBe(true)
  expect(readdirSync(commands.folder).filter((name) => /restoring|partial/.test(name))).toEqual([])
  expect(existsSync(at('nothing.db'))).toBe(false)
})

it('the doctor says what is sound and what is not, by its exit code too', async () => {
  const doctor = (DATABASE_URL: string, ...more: string[]) =>
    commands.start(['doctor', ...more], { ...ledgerSettings, DATABASE_URL }).ended
  const sound = await doctor('ledger.db')
  expect(sound).toMatchObject({ code: 0, err: '' })
  const lines = sound.out.trimEnd().split('\n')
  expect(lines).toHaveLength(11)
  expect(lines.filter((line) => !line.endsWith(': sound'))).toEqual([])

  const db = new Database(at('ledger.db'))
  db.exec("update editions set card = '{}' where article = (select article from editions limit 1)")
  db.close()
  const wrong = await doctor('ledger.db')
  expect(wrong).toMatchObject({ code: 1, err: 'dateline: 1 found that are not repaired\n' })
  expect(wrong.out).toContain('stored editions: 1 found, 0 repaired\n  the edition of the article ')
  expect(await doctor('ledger.db', '--repair')).toMatchObject({ code: 0, err: '' })

  const bytes = readFileSync(at('damaged.db'))
  const damaged = await doctor('damaged.db', '--repair')
  expect(damaged).toMatchObject({ code: 1, err: 'dateline: the file is damaged: restore a backup\n' })
  expect(readFileSync(at('damaged.db')).equals(bytes)).toBe(true)
  expect(await doctor('nothing.db')).toMatchObject({ code: 1, err: 'dateline: there is no file nothing.db\n' })
})
