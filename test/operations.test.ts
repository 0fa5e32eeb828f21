import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { and, eq } from 'drizzle-orm'
import { serviceContext } from '../src/access/write-context.ts'
import type { AppDeps } from '../src/app/services.ts'
import { sweepAudit } from '../src/audit/log.ts'
import { backUpIfDue } from '../src/backups/schedule.ts'
import { examine } from '../src/doctor/examine.ts'
import { recompileStale } from '../src/editions/recompile-stale.ts'
import { jobRunner } from '../src/jobs/runner.ts'
import { createJob, sweepJobs } from '../src/jobs/store.ts'
import { openFileStore } from '../src/media/files/open-store.ts'
import { processMetrics } from '../src/metrics/registry.ts'
import { serveMetrics } from '../src/metrics/server.ts'
import { measureWrites } from '../src/metrics/writes.ts'
import { dialect } from '../src/storage/dialect.ts'
import { deleteTokens, putTokens } from '../src/storage/fulltext.ts'
import { articles, changes, editionRefs, editions, refCounts, revisions } from '../src/storage/schema.ts'
import type { Storage } from '../src/storage/storage.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { temporaryStorage } from './harness/storage.ts'

let room: Newsroom
beforeAll(async () => {
  room = await newsroom()
})

/** A job that was begun by nobody's request, and whose process then does as the test says. */
const newJob = () =>
  room.storage.transaction((tx) => createJob(tx, 'backup', room.clock, serviceContext('schedule', room.clock)))
const read = async (id: string) => (await room.admin.get(`/v1/jobs/${id}`).expect(200)).body
const failOnError = (error: unknown) => {
  throw error
}

describe('jobs', () => {
  it('are for admins only, beside those that an editor has begun', async () => {
    const { id } = await newJob()
    await room.editor.get('/v1/jobs').expect(403)
    await room.editor.get(`/v1/jobs/${id}`).expect(404)
    await room.editor.post(`/v1/jobs/${id}/cancel`).expect(404)
    for (const path of ['/v1/jobs', `/v1/jobs/${id}`]) await room.anyone.get(path).expect(401)
    await room.contributor.get(`/v1/jobs/${id}`).expect(403)
    await room.editor.post('/v1/backups').expect(403)
    await room.admin.post(`/v1/jobs/${id}/cancel`).expect(200)
  })

  it('run one after the other, tell their progress, and end with a report', async () => {
    const errors: string[] = []
    const runner = jobRunner(room, (error) => void errors.push(String(error)))
    const [first, second] = [await newJob(), await newJob()]
    let finish = () => {}
    const isRunning = new Promise<void>((started) => {
      void runner.run(first.id, async ({ progress }) => {
        progress(3, 8)
        started()
        await new Promise<void>((resolve) => {
          finish = resolve
        })
        return { pages: 8 }
      })
    })
    const all = runner.run(second.id, async () => Promise.reject(new Error('the disk is full')))
    await isRunning
    expect(await read(first.id)).toMatchObject({ state: 'running', report: null, finishedAt: null })
    expect(await read(second.id)).toMatchObject({ state: 'queued', createdBy: 'schedule' })
    finish()
    await all
    expect(await read(first.id)).toMatchObject({
      state: 'done',
      progress: { done: 3, total: 8 },
      report: { pages: 8 },
      finishedAt: room.clock.now().toISOString(),
    })
    expect(await read(second.id)).toMatchObject({ state: 'failed', report: { error: 'the disk is full' } })
    expect(errors).toEqual(['Error: the disk is full'])
    const failed = await room.admin.get('/v1/jobs?kind=backup&state=failed').expect(200)
    expect(failed.body.data.map(({ id }: { id: string }) => id)).toEqual([second.id])
    const newest = await room.admin.get('/v1/jobs?limit=1').expect(200)
    expect(newest.body.data).toMatchObject([{ id: second.id }])
  })

  it('that are cancelled do not begin, and what has ended cannot be cancelled', async () => {
    const { id } = await newJob()
    await room.admin.post(`/v1/jobs/${id}/cancel`).expect(200)
    let hasBegun = false
    await jobRunner(room, failOnError).run(id, async () => {
      hasBegun = true
      return {}
    })
    expect(hasBegun).toBe(false)
    expect(await read(id)).toMatchObject({ state: 'cancelled', report: null })
    const { body } = await room.admin.post(`/v1/jobs/${id}/cancel`).expect(409)
    expect(body.detail).toBe('the job has ended: it is cancelled')
    const { body: audit } = await room.admin.get(`/v1/audit-log?target=${id}`)
    expect(audit.data.map(({ action }: { action: string }) => action)).toEqual(['job.cancel', 'job.create'])
  })

  it('are stopped with the service', async () => {
    const runner = jobRunner(room, failOnError)
    const { id } = await newJob()
    void runner.run(
      id,
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
          void runner.stop()
        }),
    )
    await runner.stop()
    expect(await read(id)).toMatchObject({ state: 'failed', report: { error: 'the service was stopped' } })
  })

  it('are failed when their process has ended, and deleted after 30 days', async () => {
    const { id } = await newJob()
    await sweepJobs(room)
    expect(await read(id)).toMatchObject({ state: 'queued' })
    room.clock.tick(16_000)
    await sweepJobs(room)
    expect(await read(id)).toMatchObject({ state: 'failed', report: { error: 'the process that did it has ended' } })
    room.clock.tick(29 * 86_400_000)
    await sweepJobs(room)
    await read(id)
    room.clock.tick(2 * 86_400_000)
    await sweepJobs(room)
    await room.admin.get(`/v1/jobs/${id}`).expect(404)
  })
})

describe('backups', () => {
  it('need a folder, and on PostgreSQL its own tools', async () => {
    const { body } = await room.admin.post('/v1/backups').expect(409)
    expect(body).toMatchObject({
      type: '/problems/not-configured',
      detail:
        dialect === 'postgres'
          ? 'the database is PostgreSQL: back it up with pg_dump, or with pg_basebackup and its write-ahead log'
          : 'the operator has to set BACKUP_DIR to a folder first',
    })
  })

  it.each(['../x.db', 'x', 'a/b.db', '.db', '/etc/x.db'])('cannot be called %s', async (to) => {
    await room.admin.post('/v1/backups').send({ to }).expect(400)
  })
})

/** The process that copies is JavaScript, which there is only in a build: test/faults has the copies. */
;(dialect === 'sqlite' ? describe : describe.skip)('backups of a file', () => {
  it('are made one at a time, and are due again after so many hours', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dateline-backups-'))
    const own = await newsroom({ BACKUP_DIR: folder })
    const context = serviceContext('schedule', own.clock)
    const { id } = await own.storage.transaction((tx) => createJob(tx, 'backup', own.clock, context))
    const { body } = await own.admin.post('/v1/backups').expect(409)
    expect(body.detail).toBe(`a backup is being made: see /v1/jobs/${id}`)

    const begun: string[] = []
    const jobs = { run: async (job: string) => void begun.push(job), stop: async () => {} }
    const check = () => backUpIfDue({ ...own, jobs }, { folder, keep: 1 }, 24)
    await check()
    expect(begun).toEqual([])
    // One that takes longer than the hours between two is not joined by another.
    own.clock.tick(25 * 3_600_000)
    await check()
    expect(begun).toEqual([])
    // A backup that failed does not count.
    await sweepJobs(own)
    await check()
    await check()
    expect(begun).toHaveLength(1)
    expect(existsSync(folder) && readdirSync(folder)).toEqual([])
    await own.close()
  })
})

describe('the doctor', () => {
  let own: Newsroom
  let ids: string[]
  beforeAll(async () => {
    own = await newsroom()
    await own.editor.post('/v1/sections').send({ name: 'World' }).expect(201)
    await own.editor.post('/v1/sections').send({ name: 'Asia', parent: 'world' }).expect(201)
    await own.editor.post('/v1/tags').send({ name: 'Harbour' }).expect(201)
    const published = ['One', 'Two', 'Three'].map(async (headline) => {
      const input = {
        headline,
        section: '/world/asia',
        tags: ['harbour'],
        body: [{ type: 'paragraph', text: headline }],
      }
      const { body } = await own.editor.post('/v1/articles?publish=true').send(input).expect(201)
      return body.id as string
    })
    ids = await Promise.all(published)
    await own.editor.post('/v1/articles').send({ headline: 'A draft' }).expect(201)
    // Stale editions are no fault.
    await own.editor.patch('/v1/tags/harbour').send({ name: 'The harbour' }).expect(200)
  })

  const findings = async (repair: boolean) => {
    const found: Record<string, string[]> = {}
    const files = openFileStore({}, own.storage.file)
    await examine(own.storage, { repair, now: own.clock.now(), files }, (name, list) => {
      if (list.length > 0) found[name] = list.map(({ text, repaired }) => `${text}${repaired ? ', repaired' : ''}`)
    })
    return found
  }

  it('finds nothing in what the service has written', async () => {
    expect(await findings(false)).toEqual({})
  })

  it('repairs what can be derived, and names what cannot', async () => {
    const [one = '', two = '', three = ''] = ids
    await recompileStale(own.storage)
    await own.storage.transaction(async (tx) => {
      await tx.update(editions).set({ card: '{}' }).where(eq(editions.article, one))
      await tx.delete(editionRefs).where(and(eq(editionRefs.article, two), eq(editionRefs.kind, 'tag')))
      await tx
        .update(refCounts)
        .set({ editions: 7 })
        .where(and(eq(refCounts.kind, 'language'), eq(refCounts.ref, 'en')))
      const [edition] = await tx.select().from(editions).where(eq(editions.article, three))
      await deleteTokens(tx, 'live', edition?.searchKey ?? 0)
      await putTokens(tx, 'drafts', 4711, { positioned: ['x'], unpositioned: [] })
      await tx.delete(revisions).where(eq(revisions.article, three))
      await tx.delete(changes).where(eq(changes.seq, 2))
      await tx.update(articles).set({ liveSlug: 'elsewhere' }).where(eq(articles.id, two))
    })
    const derived = (suffix: string) => ({
      'stored editions': [
        `the edition of the article ${one} is out of date: card${suffix}`,
        `the references of the edition of the article ${two} are wrong${suffix}`,
      ].toSorted(),
      'the index of editions': [`the article ${three} is not in it${suffix}`],
      'the index of working copies': [`its entry 4711 belongs to no article${suffix}`],
    })
    const records = {
      'articles and editions': [
        `the article ${two} has an edition that is not of its live version, or not at its live slug`,
        `the article ${three} has no revision of its version`,
      ],
      'the log of changes': [expect.stringMatching(/^1 changes between 1 and \d+ are missing$/)],
    }
    const sorted = (found: Record<string, string[]>) => ({
      ...found,
      'stored editions': found['stored editions']?.toSorted(),
    })
    expect(sorted(await findings(false))).toEqual({
      ...records,
      ...derived(''),
      'counts of articles': expect.arrayContaining(['the count of the language en is 4 too high']),
    })
    expect(sorted(await findings(true))).toEqual({
      ...records,
      ...derived(', repaired'),
      'counts of articles': expect.arrayContaining(['the count of the language en is 4 too high, repaired']),
    })
    expect(await findings(false)).toEqual(records)
    const { body } = await own.anyone.get('/v1/articles?tag=harbour&q=three').expect(200)
    expect(body.data).toMatchObject([{ id: three }])
    expect((await own.anyone.get('/v1/tags/harbour').expect(200)).body.articleCount).toBe(3)
  })
})

describe('metrics', () => {
  /** A newsroom, and what it counts. */
  async function counting(storage: Storage) {
    let counts: Parameters<NonNullable<AppDeps['onCounts']>>[0] | undefined
    const onCounts: AppDeps['onCounts'] = (counted) => {
      counts = counted
    }
    const own = await newsroom({}, { storage, onCounts })
    if (!counts) throw new Error('the application gives its counts')
    return { own, counts }
  }

  it('count requests, the cache, writes and what waits', async () => {
    const storage = await temporaryStorage()
    const { storage: measured, writes } = measureWrites(storage)
    const { own, counts } = await counting(measured)
    const metrics = processMetrics({ storage: measured, clock: own.clock, writes, ...counts }, async () => [])
    const read = async () => {
      const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 })
      const reply = await fetch(server.address)
      expect((await fetch(new URL('/v1/articles', server.address))).status).toBe(404)
      server.close()
      expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
      const lines = (await reply.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
      return Object.fromEntries(
        lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
      )
    }
    for (let number = 0; number < 3; number++) await own.anyone.get('/v1/tags').expect(200)
    await own.editor.post('/v1/articles?publish=true').send({ headline: 'One' }).expect(201)
    await own.editor.post('/v1/tags').send({}).expect(400)
    const at = new Date(own.clock.now().getTime() + 60_000).toISOString()
    const { body } = await own.editor.post('/v1/articles').send({ headline: 'Later' }).expect(201)
    await own.editor.post(`/v1/articles/${body.id}/publish`).send({ at }).expect(200)
    own.clock.tick(90_000)
    const values = await read()
    expect(values).toMatchObject({
      'dateline_http_requests_total{route="/v1/tags",method="GET",status="200"}': 3,
      'dateline_http_requests_total{route="/v1/tags",method="POST",status="400"}': 1,
      'dateline_http_request_duration_seconds_count{route="/v1/articles"}': 2,
      'dateline_http_request_duration_seconds_bucket{route="/v1/articles",le="+Inf"}': 2,
      'dateline_response_cache_total{result="hit"}': 2,
      'dateline_response_cache_total{result="miss"}': 1,
      dateline_writes_pending: 0,
      dateline_schedule_lag_seconds: 30,
      dateline_webhook_deliveries_pending: 0,
      dateline_stale_editions: 0,
      dateline_last_change: 1,
      dateline_database_up: 1,
    })
    expect(values.dateline_write_commit_seconds_count).toBeGreaterThan(3)
    expect(values.dateline_write_wait_seconds_count).toBe(values.dateline_write_commit_seconds_count)
    expect(values.process_resident_memory_bytes).toBeGreaterThan(0)
    expect(values.nodejs_eventloop_lag_p99_seconds).toBeDefined()
    if (dialect === 'sqlite') expect(values.dateline_wal_bytes).toBeGreaterThan(4096)
  })

  it('are there without a database that answers', async () => {
    const { storage, writes } = measureWrites(await temporaryStorage())
    const { own, counts } = await counting(storage)
    await own.anyone.get('/v1/tags').expect(200)
    const closed = await temporaryStorage()
    await closed.close()
    const parts = { storage: { ...storage, reader: closed.reader }, clock: own.clock, writes, ...counts }
    const metrics = processMetrics(parts, async () => [])
    const text = await metrics.read()
    expect(text).toContain('dateline_http_requests_total{route="/v1/tags",method="GET",status="200"} 1')
    expect(text).toContain('dateline_database_up 0')
    expect(text).not.toMatch(/^dateline_last_change/m)
  })
})

describe('the version', () => {
  it('is for admins', async () => {
    await room.editor.get('/version').expect(403)
    const { body } = await room.admin.get('/version').expect(200)
    expect(body).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      commit: null,
      schema: expect.stringMatching(/^\d{4}_/),
      node: process.version,
      engine: expect.stringMatching(dialect === 'sqlite' ? /^SQLite 3\.\d+/ : /^PostgreSQL \d+/),
    })
  })
})

describe('the logs', () => {
  it('have addresses only by settings, and a full disk or an overload as a warning', async () => {
    const own = await newsroom({ LOG_ADDRESSES: 'true', AUDIT_ADDRESSES: 'false' })
    await own.as('dl_wrong').get('/v1/articles').expect(401)
    const line = (text: string) =>
      own.log.map((one) => JSON.parse(one)).findLast((one) => JSON.stringify(one).includes(text))
    expect(line('"status":401')).toMatchObject({ level: 30, ip: '127.0.0.1' })
    // Refusals are written behind the reply.
    const refusalIn = async ({ admin }: Newsroom): Promise<string> => {
      const { body } = await admin.get('/v1/audit-log?action=sign-in.refuse').expect(200)
      return body.data[0]?.target ?? (await refusalIn({ admin } as Newsroom))
    }
    expect(await refusalIn(own)).toBe('withheld')
    await own.storage.close()
    await own.anyone.get('/readyz').expect(503)
    expect(line('"status":503')).toMatchObject({ level: 40, path: '/readyz' })

    await room.as('dl_wrong').get('/v1/articles').expect(401)
    expect(room.log.filter((one) => one.includes('127.0.0.1') && !one.includes('listening'))).toEqual([])
    expect(await refusalIn(room)).toMatch(/127\.0\.0\.1$/)
  })

  it('of the audit are deleted after AUDIT_DAYS, if that is set', async () => {
    const own = await newsroom()
    await own.editor.post('/v1/tags').send({ name: 'One' }).expect(201)
    own.clock.tick(10 * 86_400_000)
    await own.editor.post('/v1/tags').send({ name: 'Two' }).expect(201)
    const actions = async () => (await own.admin.get('/v1/audit-log?action=tag.create').expect(200)).body.data.length
    await sweepAudit(own, 0)
    expect(await actions()).toBe(2)
    await sweepAudit(own, 9)
    expect(await actions()).toBe(1)
    expect((await own.admin.get('/v1/audit-log').expect(200)).body.data).toHaveLength(1)
  })
})

;(dialect === 'sqlite' ? it : it.skip)('slow statements are reported without their values', async () => {
  const { openStorage } = await import('../src/storage/open.ts')
  const folder = mkdtempSync(join(tmpdir(), 'dateline-slow-'))
  const reported: [string, number][] = []
  const slow = { milliseconds: 0, report: (sql: string, ms: number) => void reported.push([sql, ms]) }
  const storage = await openStorage(join(folder, 'slow.db'), { slow })
  await storage.reader.select().from(articles).where(eq(articles.slug, 'a-secret'))
  await storage.close()
  const found = reported.filter(([sql]) => sql.includes('"articles"'))
  expect(found).toHaveLength(1)
  expect(JSON.stringify(found)).not.toContain('a-secret')
  expect(found[0]?.[0]).toContain('"slug" = ?')
})
