import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, copyFileSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setInterval } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { type CommandLine, commandLine } from '../harness/command-line.ts'
import { failingDisk } from '../harness/failing-disk.ts'
import { ledgerSettings, newLedger, request, serveProcess } from '../harness/ledger.ts'

let commands: CommandLine
beforeAll(() => {
  commands = commandLine()
})
afterAll(() => commands.remove())

const at = (name: string) => join(commands.folder, name)

it('after a failed fsync nothing is acknowledged, and the process ends with its own exit code', async () => {
  const ledger = newLedger()
  const trigger = at('fails-now')
  const settings = { ...ledgerSettings, DATABASE_URL: 'fsync.db' }
  const { url, ended } = await serveProcess(commands, {
    ...settings,
    ...failingDisk(commands.folder),
    FAILING_DISK: trigger,
  })
  let acknowledgedAfter = 0
  let hasFailed = false
  const onAcknowledged = () => {
    if (hasFailed) acknowledgedAfter += 1
    if (ledger.acknowledged.size === 30) writeFileSync(trigger, '')
  }
  const onOther = () => {
    hasFailed = true
  }
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => ledger.write(url, name, { onAcknowledged, unknown: [503], onOther })),
  )
  const { code, err } = await ended
  expect(code).toBe(74)
  // The sync of the queue is the first to meet it, or that of a checkpoint.
  expect(err).toMatch(
    /^dateline: the database has failed: (EIO: i\/o error, fdatasync|disk I\/O error) \(SQLITE_IOERR_FSYNC\); the service stops, and what it acknowledged is stored\n$/,
  )
  expect(acknowledgedAfter).toBe(0)
  rmSync(trigger)
  const again = await serveProcess(commands, settings)
  expect((await request(`${again.url}/readyz`))?.status).toBe(200)
  again.child.kill('SIGTERM')
  expect(await again.ended).toMatchObject({ code: 0 })
  ledger.check(at('fsync.db'))
})

it('while the disk syncs, reads are answered, and writes are acknowledged when it has', async () => {
  const gate = at('waits')
  const { url, child, ended } = await serveProcess(commands, {
    ...ledgerSettings,
    DATABASE_URL: 'waits.db',
    ...failingDisk(commands.folder),
    WAITING_DISK: gate,
  })
  const post = (name: string) => request(`${url}/v1/tags`, 'POST', { name })
  expect((await post('Before'))?.status).toBe(201)
  writeFileSync(gate, '')
  const acknowledged: string[] = []
  const writes = ['a', 'b', 'c'].map(async (name) => {
    const reply = await post(name)
    acknowledged.push(name)
    return reply?.status
  })
  for (let read = 0; read < 50; read++) expect((await request(`${url}/v1/tags?limit=${read + 1}`))?.status).toBe(200)
  expect(acknowledged).toEqual([])
  rmSync(gate)
  expect(await Promise.all(writes)).toEqual([201, 201, 201])
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0 })
})

describe('pages damaged in the middle of the file', () => {
  const ledger = newLedger()
  beforeAll(async () => {
    const { url, child, ended } = await serveProcess(commands)
    let left = 200
    const onAcknowledged = () => {
      left -= 1
    }
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => ledger.write(url, name, { onAcknowledged, isDone: () => left <= 0 })),
    )
    child.kill('SIGTERM')
    await ended
  })

  /** A copy of the database in which the pages of a table that have rows are damaged. */
  function damaged(name: string, table: string): Record<string, string> {
    copyFileSync(at('ledger.db'), at(name))
    const db = new Database(at(name), { readonly: true })
    const pages = db
      .prepare("select pageno from dbstat where name = ? and pagetype = 'leaf'")
      .pluck()
      .all(table) as number[]
    db.close()
    expect(pages.length).toBeGreaterThan(1)
    const file = openSync(at(name), 'r+')
    for (const page of pages) writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, (page - 1) * 4096)
    return { ...ledgerSettings, DATABASE_URL: name, LOG_LEVEL: 'info' }
  }

  it('are found after the start: nothing is written, and /readyz says why', async () => {
    const { url, child, ended } = await serveProcess(commands, damaged('audit.db', 'audit_log'))
    let ready = await request(`${url}/readyz`)
    for await (const _ of setInterval(20)) {
      if (ready?.status !== 200) break
      ready = await request(`${url}/readyz`)
    }
    expect(ready).toMatchObject({
      status: 503,
      body: { detail: expect.stringMatching(/^the database file is damaged: /) },
    })
    const [id = ''] = ledger.acknowledged.keys()
    expect((await request(`${url}/v1/articles/${id}`))?.status).toBe(200)
    const refused = await request(`${url}/v1/tags`, 'POST', { name: 'X' })
    expect(refused).toMatchObject({ status: 503, body: { type: '/problems/busy' } })
    expect(refused?.headers.get('retry-after')).toBe('5')
    child.kill('SIGTERM')
    const { code, out } = await ended
    expect(code).toBe(0)
    expect(out).toContain('nothing is written any more')
  })

  it('end the process when a search needs them', async () => {
    const { url, ended } = await serveProcess(commands, damaged('index.db', 'edition_index_data'))
    const reply = await request(`${url}/v1/search?q=piece*`)
    expect([503, undefined]).toContain(reply?.status)
    expect(await ended).toMatchObject({ code: 74 })
  })

  it('end the process when they are needed', async () => {
    const { url, ended } = await serveProcess(commands, damaged('editions.db', 'editions'))
    for (const id of ledger.acknowledged.keys()) {
      const reply = await request(`${url}/v1/articles/${id}`)
      if (!reply) break
      expect([200, 503]).toContain(reply.status)
    }
    const { code, err } = await ended
    expect({ code, err }).toEqual({
      code: 74,
      err: expect.stringMatching(/^dateline: the database has failed: .*\(SQLITE_CORRUPT/),
    })
  })
})

/** Writes to a file until the disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(65_536))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    closeSync(file)
  }
}

describe('a full disk', () => {
  const disk = () => at('disk')
  let isMounted = false
  beforeAll(() => {
    mkdirSync(disk())
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk()], { stdio: 'pipe' })
      isMounted = true
    } catch (error) {
      process.stderr.write(`THE TEST OF A FULL DISK IS LEFT OUT: no tmpfs can be mounted here: ${error}\n`)
    }
  })
  afterAll(() => {
    if (isMounted) execFileSync('umount', ['-l', disk()])
  })

  it('refuses writes with 507, answers reads, and needs no restart when there is room again', async () => {
    if (!isMounted) return
    const ledger = newLedger()
    const { url, child, ended } = await serveProcess(commands, { ...ledgerSettings, DATABASE_URL: 'disk/full.db' })
    let acknowledged = 0
    let refusals = 0
    let stage: 'room' | 'full' | 'room again' = 'room'
    const filler = join(disk(), 'filler')
    const onAcknowledged = () => {
      acknowledged += 1
      if (stage !== 'room' || acknowledged < 20) return
      stage = 'full'
      fill(filler)
    }
    const onOther = async () => {
      refusals += 1
      if (stage !== 'full' || refusals < 20) return
      stage = 'room again'
      acknowledged = 0
      rmSync(filler)
    }
    const isDone = () => stage === 'room again' && acknowledged >= 20
    const reads: (number | undefined)[] = []
    const readers = (async () => {
      while (!isDone() && !reads.includes(undefined)) reads.push((await request(`${url}/v1/articles?limit=5`))?.status)
    })()
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => ledger.write(url, name, { onAcknowledged, isDone, refusals: [507], onOther })),
    )
    await readers
    expect(refusals).toBeGreaterThanOrEqual(20)
    expect(new Set(reads)).toEqual(new Set([200]))
    expect((await request(`${url}/readyz`))?.status).toBe(200)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0 })
    ledger.check(join(disk(), 'full.db'))
  })

  it('refuses uploads with 507, leaves nothing of them, and takes them when there is room again', async () => {
    if (!isMounted) return
    const settings = { ...ledgerSettings, DATABASE_URL: 'uploads.db', MEDIA_DIR: 'disk/media' }
    const { url, child, ended } = await serveProcess(commands, settings)
    const authorization = `Bearer ${ledgerSettings.DATELINE_ADMIN_KEY}`
    /** A document of 2 MB that no other is; sent as the body, or in a form. */
    const upload = async (isForm: boolean) => {
      const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(2_000_000), Buffer.from('\n%%EOF\n')])
      const form = new FormData()
      form.set('file', new Blob([bytes]), 'report.pdf')
      const headers = isForm ? { authorization } : { authorization, 'content-type': 'application/pdf' }
      return (await fetch(`${url}/v1/media`, { method: 'POST', headers, body: isForm ? form : bytes })).status
    }
    const media = async () => (await request(`${url}/v1/media?count=true`))?.body.page.total
    expect([await upload(false), await upload(true)]).toEqual([201, 201])
    const filler = join(disk(), 'filler')
    fill(filler)
    expect([await upload(false), await upload(true)]).toEqual([507, 507])
    expect(readdirSync(join(disk(), 'media/incoming'))).toEqual([])
    expect(await media()).toBe(2)
    expect((await request(`${url}/readyz`))?.status).toBe(200)
    rmSync(filler)
    expect([await upload(false), await upload(true)]).toEqual([201, 201])
    expect(await media()).toBe(4)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })
})
