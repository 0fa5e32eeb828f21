import { buildApp } from '../app.ts'
import { releases } from '../articles/lifecycle/scheduler.ts'
import type { Config } from '../config.ts'
import { systemClock } from '../lib/clock.ts'
import type { Storage } from '../storage/storage.ts'

/** The OpenAPI document, generated from the registered routes; opens no database. */
export async function openapiDocument(config: Config): Promise<unknown> {
  const notAvailable = () => Promise.reject(new Error('no database is open'))
  const storage: Storage = {
    reader: {} as Storage['reader'],
    backgroundReader: {} as Storage['reader'],
    liveReader: {} as Storage['reader'],
    boundedReader: {} as Storage['reader'],
    transaction: notAvailable,
    attempt: notAvailable,
    commits: () => 0,
    onCommit: () => {},
    announceCommit: async () => {},
    onFailure: () => {},
    fail: () => {},
    ping: notAvailable,
    close: async () => {},
  }
  const app = await buildApp({
    config: { ...config, LOG_LEVEL: 'silent' },
    storage,
    clock: systemClock,
    releases: releases({ storage, clock: systemClock }),
  })
  await app.ready()
  return app.swagger()
}
