import { randomBytes } from 'node:crypto'
import type { InjectOptions } from 'fastify'
import { buildApp } from '../app.ts'
import { releases } from '../articles/scheduler.ts'
import type { Config } from '../config.ts'
import { systemClock } from '../lib/clock.ts'
import { newsroom } from '../sample/newsroom.ts'
import { openStorage } from '../storage/open.ts'

/** Posts the sample newsroom as an editor would, through the API. Throws if the database is not empty of sections. */
export async function sampleCommand(config: Config, say: (text: string) => void): Promise<void> {
  const secret = randomBytes(32).toString('base64url')
  const storage = await openStorage(config.DATABASE_URL)
  const settings = { ...config, DATELINE_ADMIN_KEY: secret, LOG_LEVEL: 'error', RATE_LIMIT: 0 } as const
  const app = await buildApp({
    config: settings,
    storage,
    clock: systemClock,
    releases: releases({ storage, clock: systemClock }),
  })
  try {
    const post = async (path: string, payload: NonNullable<InjectOptions['payload']>) => {
      const reply = await app.inject({
        method: 'POST',
        url: `/v1${path}`,
        headers: { authorization: `Bearer ${secret}` },
        payload,
      })
      if (reply.statusCode !== 201) throw new Error(`POST /v1${path} was answered ${reply.statusCode}: ${reply.body}`)
    }
    for (const resource of ['sections', 'tags', 'authors', 'sources'] as const) {
      for (const entry of newsroom[resource]) await post(`/${resource}`, entry)
      say(`${newsroom[resource].length} ${resource}`)
    }
    for (const { publish, ...article } of newsroom.articles) await post(`/articles?publish=${publish}`, article)
    say(`${newsroom.articles.length} articles`)
  } finally {
    await app.close()
    await storage.close()
  }
}
