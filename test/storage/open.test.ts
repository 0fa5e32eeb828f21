import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextEventLoopTurn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { copyDatabase } from '../../src/storage/backup.ts'
import { openStorage } from '../../src/storage/open.ts'
import { restoreDatabase } from '../../src/storage/restore.ts'
import { auditLog, settings } from '../../src/storage/schema.ts'
import { checkpointWal } from '../../src/storage/wal-checkpoint.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dateline-open-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('an address of a database', () => {
  const expected = 'DATABASE_URL must be a path, sqlite: and a path, or postgres://…;'

  it.each([
    ['sqlite:', `${expected} it names no file`],
    [':memory:', `${expected} a database in memory cannot be shared by its connections`],
    ['mysql://x/y', `${expected} mysql: is none of them`],
    ['/dev/null/x.db', 'the database /dev/null/x.db cannot be opened'],
    ['/dev/null', '/dev/null is not a file'],
    ['.', '. is not a file'],
  ])('%s is refused', async (url, message) => {
    await expect(openStorage(url)).rejects.toThrow(message)
  })
})

describe('a symbolic link', () => {
  it.each([
    ['to a database', 'linked.db', () => openStorage(join(folder, 'linked.db')).then((storage) => storage.close())],
    ['to a file that does not exist yet', 'absent.db', async () => {}],
  ])('%s is followed: the WAL is beside that file', async (_, name, prepare) => {
    await prepare()
    const link = join(folder, `link-to-${name}`)
    symlinkSync(name, link)
    const storage = await openStorage(link)
    await storage.transaction((tx) => tx.insert(settings).values({ name: 'x', value: 'y' }))
    expect(storage.file).toBe(join(folder, name))
    expect(readdirSync(folder)).toContain(`${name}-wal`)
    await storage.close()
  })
})

describe('a file that cannot be used', () => {
  const at = (name: string) => join(folder, name)
  const garbage = Buffer.from('This is not a database. '.repeat(500))
  const otherProgram = () => {
    const database = new Database(':memory:')
    database.exec('create table t (x)')
    const bytes = database.serialize()
    database.close()
    return bytes
  }
  /** A database of this service with other bytes in it from here on. */
  const damaged = (from: number) => {
    const bytes = readFileSync(at('good.db'))
    garbage.copy(bytes, from)
    return bytes
  }
  const newer = () => {
    const database = new Database(at('good.db'))
    database.exec("insert into schema_migrations (tag, applied_at) values ('9999_beyond', '')")
    database.close()
    return readFileSync(at('good.db'))
  }

  beforeAll(async () => (await openStorage(at('good.db'))).close())

  it.each<[string, () => Buffer, string]>([
    ['no database', () => garbage, 'is not an SQLite database, or is damaged'],
    ["another program's", otherProgram, 'is a database of another program'],
    ['a damaged one', () => damaged(100), 'database disk image is malformed'],
    ['one cut off', () => damaged(100).subarray(0, 8192), 'database disk image is malformed'],
    [
      'one of a newer version',
      newer,
      'the database was made by a newer version of Dateline (it has the migration 9999_beyond); start that version, or restore an older copy',
    ],
  ])('is refused and left as it is: %s', async (_what, make, message) => {
    const bytes = make()
    writeFileSync(at('no.db'), bytes)
    await expect(openStorage(at('no.db'))).rejects.toThrow(message)
    expect(readFileSync(at('no.db')).equals(bytes)).toBe(true)
    expect(readdirSync(folder).filter((name) => name.startsWith('no.db'))).toEqual(['no.db'])
  })
})

describe('the mode of files', () => {
  const at = (name: string) => join(folder, name)
  const modesOf = (...names: string[]) => names.map((name) => [name, statSync(at(name)).mode & 0o777])

  it('lets only the owner read a new database, its WAL and its copies', async () => {
    const storage = await openStorage(at('private.db'))
    await copyDatabase(at('private.db'), at('private-copy.db'))
    const names = ['private.db', 'private.db-wal', 'private.db-shm', 'private-copy.db']
    expect(modesOf(...names)).toEqual(names.map((name) => [name, 0o600]))
    await storage.close()
  })

  it('stays as it is where there is a file, also when a backup takes its place', async () => {
    await (await openStorage(at('shared.db'))).close()
    chmodSync(at('shared.db'), 0o640)
    const storage = await openStorage(at('shared.db'))
    await copyDatabase(at('shared.db'), at('shared-copy.db'))
    expect(modesOf('shared.db', 'shared.db-wal')).toEqual([
      ['shared.db', 0o640],
      ['shared.db-wal', 0o640],
    ])
    await storage.close()
    await restoreDatabase(at('shared-copy.db'), at('shared.db'), { force: true, now: '2030-01-01T12:00:00.000Z' })
    expect(modesOf('shared.db')).toEqual([['shared.db', 0o640]])
  })
})

describe('the WAL', () => {
  it('of a database whose file is gone is not applied to the backup in its place', async () => {
    const at = (name: string) => join(folder, name)
    const storage = await openStorage(at('gone.db'))
    await copyDatabase(at('gone.db'), at('gone-copy.db'))
    await storage.transaction((tx) =>
      tx
        .insert(settings)
        .values({ name: 'of the former', value: 1 })
        .then(() => {}),
    )
    const wal = readFileSync(at('gone.db-wal'))
    await storage.close()
    rmSync(at('gone.db'))
    writeFileSync(at('gone.db-wal'), wal)
    await restoreDatabase(at('gone-copy.db'), at('gone.db'), { force: false, now: '2030-01-01T12:00:00.000Z' })
    const restored = await openStorage(at('gone.db'))
    expect(await restored.reader.select().from(settings)).toEqual([])
    await restored.close()
    expect(readFileSync(at('gone.db.before-restore-20300101T120000Z-wal')).equals(wal)).toBe(true)
  })

  /** The size of the file after 6 MB were written, while the database is open. */
  async function sizeAfterWrites(name: string, checkpoints: boolean): Promise<number> {
    const file = join(folder, name)
    const storage = await openStorage(file, { checkpoints })
    const entry = {
      at: '2030-01-01T12:00:00.000Z',
      actor: 'x',
      actorName: 'x',
      action: 'x.y',
      target: 'x'.repeat(6_000),
    }
    for (let round = 0; round < 10; round++)
      await storage.transaction(async (tx) => {
        for (let row = 0; row < 100; row++) await tx.insert(auditLog).values({ ...entry, id: `${round} ${row}` })
      })
    const { size } = statSync(file)
    await storage.close()
    return size
  }

  it('is checkpointed, unless another program is to do that', async () => {
    expect(await sizeAfterWrites('own.db', true)).toBeGreaterThan(4_000_000)
    expect(await sizeAfterWrites('foreign.db', false)).toBeLessThan(100_000)
  })
  it('is checkpointed to its end when it has become long, and then begins anew', async () => {
    const file = join(folder, 'long.db')
    await (await openStorage(file)).close()
    const [writer, reader] = [new Database(file), new Database(file)]
    writer.exec('create table pages (bytes blob)')
    writer.pragma('wal_autocheckpoint = 0')
    // What is written after this snapshot cannot be checkpointed before it ends.
    reader.exec('begin; select * from pages')
    const write = () => writer.exec('insert into pages values (zeroblob(20000000))')
    write()
    const errors: unknown[] = []
    const checkpointing = checkpointWal(file, (error) => errors.push(error))
    while (!checkpointing.isLong()) await nextEventLoopTurn()
    reader.exec('commit')
    await checkpointing.finish()
    write()
    expect(statSync(`${file}-wal`).size).toBeLessThan(25_000_000)
    await checkpointing.stop()
    for (const connection of [writer, reader]) connection.close()
    expect(errors).toEqual([])
  })
})
