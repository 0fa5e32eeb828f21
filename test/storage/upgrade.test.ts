import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../src/app.ts'
import { keepIndexes } from '../../src/articles/index-upkeep.ts'
import { releases } from '../../src/articles/lifecycle/scheduler.ts'
import { backfillSortNames } from '../../src/catalogue/sort-names.ts'
import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { openStorage } from '../../src/storage/open.ts'
import { APPLICATION_ID } from '../../src/storage/sqlite-file.ts'
import type { Storage } from '../../src/storage/storage.ts'

const FIRST = '0000_newsroom-and-newsstand'
const ADMIN = 'an-admin-key-for-the-upgrade-test'

const textOf = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

/** Writes an SQLite file as the first version of the schema left it. */
function writeFirstDatabase(file: string): void {
  const database = new Database(file)
  database.pragma(`application_id = ${APPLICATION_ID}`)
  database.exec(textOf(`../../migrations/sqlite/${FIRST}.sql`))
  database.exec('create table schema_migrations (tag text primary key, applied_at text not null)')
  database.prepare('insert into schema_migrations values (?, ?)').run(FIRST, '2026-11-24T04:24:06.000Z')
  database.exec(textOf('first-schema.sql'))
  database.close()
}

describe('a database of the first schema', () => {
  let folder: string
  let file: string
  let app: FastifyInstance
  let storage: Storage

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dateline-upgrade-'))
    file = join(folder, 'first.db')
    writeFirstDatabase(file)
    // Nothing expires, whatever the date on which this runs.
    const forever = { TRASH_DAYS: '0', CHANGES_DAYS: '0' }
    const config = readConfig({ DATELINE_ADMIN_KEY: ADMIN, LOG_LEVEL: 'silent', ...forever })
    storage = await openStorage(file)
    await backfillSortNames(storage)
    await keepIndexes(storage)
    app = await buildApp({
      config,
      storage,
      clock: systemClock,
      releases: releases({ storage, clock: systemClock }),
    })
  })
  afterAll(async () => {
    await app.close()
    await storage.close()
    rmSync(folder, { recursive: true })
  })

  const get = async (url: string, headers: Record<string, string> = {}) => {
    const { statusCode, headers: replied, body } = await app.inject({ url: `/v1${url}`, headers })
    return { status: statusCode, location: replied.location, body: body === '' ? undefined : JSON.parse(body) }
  }
  const asAdmin = (url: string) => get(url, { authorization: `Bearer ${ADMIN}` })
  const slugsAt = async (url: string) => (await get(url)).body.data.map(({ slug }: { slug: string }) => slug)

  it('is copied before it is changed', () => {
    expect(existsSync(`${file}.before-0001_search-and-syndication`)).toBe(true)
  })

  it('has its editions, with the present names of what they refer to', async () => {
    const { body } = await get('/articles/bridge-reopens')
    expect(body).toMatchObject({
      headline: 'Harbour bridge reopens',
      kicker: null,
      version: 2,
      section: { slug: 'world-news', path: '/news/world-news' },
      authors: [{ name: 'Ana Maria Moreau' }],
      tags: [{ slug: 'harbour' }],
      body: [{ type: 'paragraph', text: 'The bridge **reopened** on Thursday.' }],
      citations: [{ relation: 'quoted', source: { slug: 'harbour-office' } }],
      corrections: [{ text: 'An earlier version said Friday.' }],
    })
    const ferries = (await get('/articles/ferries-run-again')).body
    expect(ferries.relatedLinks).toMatchObject([{ article: { slug: 'bridge-reopens' } }])
  })

  it('has its working copies, revisions and schedule', async () => {
    const copy = (await asAdmin('/articles/bridge-reopens?version=draft')).body
    expect(copy).toMatchObject({ version: 3, liveVersion: 2, kicker: 'Unpublished kicker' })
    expect((await asAdmin('/articles/bridge-reopens/revisions')).body.data).toHaveLength(3)
    expect((await asAdmin('/articles/bridge-reopens/revisions/1')).body.article.kicker).toBeNull()
    expect((await asAdmin('/articles/later-today?version=draft')).body).toMatchObject({
      status: 'scheduled',
      publishAt: '2031-01-31T06:00:00.000Z',
    })
    expect((await asAdmin('/trash?kind=article')).body.data).toMatchObject([{ slug: 'thrown-away' }])
  })

  it('answers at former slugs and of retractions as before', async () => {
    expect(await get('/articles/bridge')).toMatchObject({ status: 308, location: '/v1/articles/bridge-reopens' })
    expect(await get('/articles/withdrawn-story')).toMatchObject({
      status: 410,
      body: { retraction: { reason: 'The dates were wrong.', replacement: { slug: 'ferries-run-again' } } },
    })
    expect((await get('/articles/a-draft-of-the-budget')).status).toBe(404)
  })

  it('has the indexes that came later', async () => {
    const both = ['ferries-run-again', 'bridge-reopens']
    expect(await slugsAt('/articles?tag=harbour')).toEqual(both)
    expect(await slugsAt('/articles?section=news&tag=harbour')).toEqual(both)
    expect(await slugsAt('/search?q=bridge')).toContain('bridge-reopens')
    expect((await get('/sections/news')).body.articleCount).toBe(2)
    expect((await get('/articles?path=/news/world-news/bridge-reopens')).body.data).toHaveLength(1)
    const drafts = await asAdmin('/articles?version=draft&q=budget')
    expect(drafts.body.data).toMatchObject([{ slug: 'a-draft-of-the-budget' }])
  })

  it('has its changes, which partners go on following', async () => {
    const { data } = (await asAdmin('/changes')).body
    expect(data.length).toBeGreaterThanOrEqual(12)
    expect(data.map(({ type }: { type: string }) => type)).toContain('article.retracted')
  })

  it('can be written to', async () => {
    const url = '/v1/articles/bridge-reopens/publish'
    const reply = await app.inject({ method: 'POST', url, headers: { authorization: `Bearer ${ADMIN}` } })
    expect(reply.statusCode).toBe(200)
    expect((await get('/articles/bridge-reopens')).body).toMatchObject({ version: 3, kicker: 'Unpublished kicker' })
  })
})
