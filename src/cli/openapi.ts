import { buildApp } from '../app.ts'
import { releases } from '../articles/lifecycle/scheduler.ts'
import type { Config } from '../config.ts'
import { systemClock } from '../lib/clock.ts'
import type { Storage } from '../storage/storage.ts'

/** The OpenAPI document of the running routes; needs no database. */
export async function openapiDocument(config: Config): Promise<unknown> {
  const unused = () => Promise.reject(new Error('the document needs no database'))
  const storage = {
    reader: {},
    transaction: unused,
    commits: () => undefined,
    ping: unused,
    close: async () => {},
  } as unknown as Storage
  const app = await buildApp({
    config: { ...config, LOG_LEVEL: 'silent' },
    storage,
    clock: systemClock,
    releases: releases({ storage, clock: systemClock }),
  })
  await app.ready()
  return app.swagger()
}
