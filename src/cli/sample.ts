import { randomBytes } from 'node:crypto'
import { count } from 'drizzle-orm'
import type { InjectOptions } from 'fastify'
import { buildApp } from '../app.ts'
import { releases } from '../articles/lifecycle/scheduler.ts'
import type { Config } from '../config.ts'
import { systemClock } from '../lib/clock.ts'
import { sampleNewsroom } from '../sample/newsroom.ts'
import { articles, authors, sections, sources, tags } from '../storage/schema.ts'
import type { Reader } from '../storage/storage.ts'
import { UserError } from './user-error.ts'
import { withStorage } from './with-storage.ts'

/** Throws `UserError` if there are entries or articles, trashed ones included: their slugs could collide with the sample's. */
async function assertEmpty(db: Reader): Promise<void> {
  const found: string[] = []
  for (const [name, table] of Object.entries({ sections, tags, authors, sources, articles })) {
    const [row] = await db.select({ rows: count() }).from(table)
    if (row && row.rows > 0) found.push(`${row.rows} ${name}`)
  }
  if (found.length > 0)
    throw new UserError(`the sample is for an empty database; this one has ${found.join(', ')}, and nothing was done`)
}

/** Creates the sample newsroom through the API, as a client would. Throws `UserError` if the database is not empty. */
export const sampleCommand = (config: Config, print: (text: string) => void): Promise<void> =>
  withStorage(config, async (storage) => {
    await assertEmpty(storage.reader)
    const secret = randomBytes(32).toString('base64url')
    const app = await buildApp({
      config: { ...config, DATELINE_ADMIN_KEY: secret, LOG_LEVEL: 'error', RATE_LIMIT: 0 },
      storage,
      clock: systemClock,
      releases: releases({ storage, clock: systemClock }),
    })
    const post = async (path: string, payload: NonNullable<InjectOptions['payload']>) => {
      const reply = await app.inject({
        method: 'POST',
        url: `/v1${path}`,
        headers: { authorization: `Bearer ${secret}` },
        payload,
      })
      if (reply.statusCode !== 201) throw new Error(`POST /v1${path} was answered ${reply.statusCode}: ${reply.body}`)
    }
    try {
      for (const resource of ['sections', 'tags', 'authors', 'sources'] as const) {
        for (const entry of sampleNewsroom[resource]) await post(`/${resource}`, entry)
        print(`${sampleNewsroom[resource].length} ${resource}`)
      }
      for (const { publish, ...article } of sampleNewsroom.articles) await post(`/articles?publish=${publish}`, article)
      print(`${sampleNewsroom.articles.length} articles`)
    } finally {
      await app.close()
    }
  })
