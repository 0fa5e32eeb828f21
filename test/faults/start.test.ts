import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { APPLICATION_ID } from '../../src/storage/sqlite-file.ts'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { depth } from '../harness/depth.ts'
import { failingDisk } from '../harness/failing-disk.ts'
import { ledgerSettings } from '../harness/ledger.ts'

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
})
afterAll(() => commands.remove())

const at = (name: string) => join(commands.folder, name)
const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

describe('a database that cannot be used, at the start', () => {
  let good: Buffer
  beforeAll(async () => {
    const { code } = await commands.start(['sample'], { ...ledgerSettings, DATABASE_URL: 'good.db' }).ended
    expect(code).toBe(0)
    good = readFileSync(at('good.db'))
  })

  const newer = () => {
    writeFileSync(at('newer-source.db'), good)
    const db = new Database(at('newer-source.db'))
    db.exec("insert into schema_migrations (tag, applied_at) values ('9999_beyond', '')")
    db.close()
    return readFileSync(at('newer-source.db'))
  }
  const overwritten = (from: number, to: number) => Buffer.from(good).fill(0xaa, from, to)

  it.each<[string, () => Buffer, RegExp]>([
    ['text', () => Buffer.from('This is not a database. '.repeat(500)), /is not an SQLite database, or is damaged/],
    ['a damaged header', () => overwritten(100, 4096), /cannot be opened: database disk image is malformed/],
    ['one cut off', () => good.subarray(0, 8_192), /cannot be opened: database disk image is malformed|damaged/],
    ['one of a newer version', newer, /was made by a newer version of Dateline \(it has the migration 9999_beyond\)/],
  ])('is named, and left as it is: %s', async (_what, make, message) => {
    const bytes = make()
    writeFileSync(at('bad.db'), bytes)
    const { code, out, err } = await commands.start(['serve'], { ...ledgerSettings, DATABASE_URL: 'bad.db' }).ended
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringMatching(message) })
    expect(err).toMatch(/^dateline: [^\n]*\n$/)
    expect(readFileSync(at('bad.db')).equals(bytes)).toBe(true)
    expect(readdirSync(commands.folder).filter((name) => name.startsWith('bad.db'))).toEqual(['bad.db'])
  })

  // The root of a system may write to everything.
  const unlessRoot = process.getuid?.() === 0 ? it.skip : it
  unlessRoot('is named, and left as it is: one that is read-only', async () => {
    writeFileSync(at('read-only.db'), good)
    chmodSync(at('read-only.db'), 0o400)
    const settings = { ...ledgerSettings, DATABASE_URL: 'read-only.db' }
    const { code, err } = await commands.start(['serve'], settings).ended
    expect({ code, err }).toEqual({
      code: 1,
      err: 'dateline: the database read-only.db cannot be opened: permission denied\n',
    })
    expect(readFileSync(at('read-only.db')).equals(good)).toBe(true)
  })
})

describe('an upgrade that is killed', () => {
  const FIRST = '0000_newsroom-and-newsstand'
  const tables = [
    'articles',
    'revisions',
    'editions',
    'authors',
    'sections',
    'sources',
    'tags',
    'changes',
    'audit_log',
    'api_keys',
  ]

  function writeFirstDatabase(): void {
    const db = new Database(at('first.db'))
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(textOf(`../../migrations/sqlite/${FIRST}.sql`))
    db.exec('create table schema_migrations (tag text primary key, applied_at text not null)')
    db.prepare('insert into schema_migrations values (?, ?)').run(FIRST, '2026-11-24T04:24:06.000Z')
    db.exec(textOf('../storage/first-schema.sql'))
    db.close()
  }

  /** The number of migrations, and of the rows of each table; checks the file. */
  function stateOf(name: string) {
    const db = new Database(at(name))
    const number = (sql: string) => db.prepare(sql).pluck().get() as number
    const state = {
      migrations: number('select count(*) from schema_migrations'),
      rows: Object.fromEntries(tables.map((table) => [table, number(`select count(*) from ${table}`)])),
    }
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('foreign_key_check')).toEqual([])
    db.close()
    return state
  }

  it('leaves the old schema or the new one, with every row, and can be done again', async () => {
    writeFirstDatabase()
    const disk = failingDisk(commands.folder)
    const before = stateOf('first.db')
    expect(before.rows.articles).toBeGreaterThan(0)
    const upgrade = (environment: Record<string, string> = {}) =>
      commands.start(['migrate'], { DATABASE_URL: 'upgraded.db', ...environment }).ended
    const seen = { old: 0, new: 0 }
    let after: ReturnType<typeof stateOf> | undefined
    // Short: some of the writes; long: each of them.
    const step = depth > 1 ? 1 : 25
    for (let kill = 1; ; kill += step) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(at(`upgraded.db${suffix}`), { force: true })
      for (const name of readdirSync(commands.folder)) if (name.includes('.before-')) rmSync(at(name))
      copyFileSync(at('first.db'), at('upgraded.db'))
      const { code } = await upgrade({ ...disk, KILL_AT: String(kill) })
      const state = stateOf('upgraded.db')
      expect({ kill, rows: state.rows }).toEqual({ kill, rows: before.rows })
      const isOld = state.migrations === 1
      if (!isOld && after) expect(state).toEqual(after)
      seen[isOld ? 'old' : 'new'] += 1
      expect(await upgrade()).toMatchObject({ code: 0, err: '' })
      after ??= stateOf('upgraded.db')
      expect(stateOf('upgraded.db')).toEqual(after)
      if (code === 0) break
    }
    expect(after?.migrations).toBeGreaterThan(5)
    expect(seen.old).toBeGreaterThan(2)
    process.stdout.write(`killed ${seen.old} times before the commit, ${seen.new - 1} times after it\n`)
    expect(existsSync(at('upgraded.db'))).toBe(true)
  })
})
