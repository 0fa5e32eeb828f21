import { Agent } from 'node:http'
import type { FastifyInstance } from 'fastify'
import supertest, { type Test } from 'supertest'
import type { KeyRole } from '../../src/access/roles.ts'
import type { AppDeps } from '../../src/app/services.ts'
import { buildApp } from '../../src/app.ts'
import { releases } from '../../src/articles/lifecycle/scheduler.ts'
import { readConfig } from '../../src/config.ts'
import { applyMediaSettings, mediaSettingsOf } from '../../src/media/apply-settings.ts'
import type { OpenOptions, Storage } from '../../src/storage/storage.ts'
import { closeLater } from './cleanup.ts'
import { conforms } from './document.ts'
import { temporaryFolder, temporaryStorages } from './storage.ts'
import { forwardToApp } from './writer.ts'

const METHODS = ['get', 'head', 'post', 'patch', 'put', 'delete', 'options'] as const

/** What sends requests as somebody; every reply is checked against the OpenAPI document. */
export type Client = Record<(typeof METHODS)[number], (path: string) => Test>

export interface Newsroom {
  app: FastifyInstance
  storage: Storage
  url: string
  /** Someone without a key. */
  anyone: Client
  reader: Client
  partner: Client
  contributor: Client
  editor: Client
  admin: Client
  /** Someone with this bearer token. */
  as(token: string): Client
  /** A client with a new key of the role. */
  newKey(role: KeyRole, more?: object): Promise<{ id: string; token: string; client: Client }>
  /** The time that the service sees; set it at will. */
  clock: { time: Date; now(): Date; tick(milliseconds?: number): void }
  /** All that was logged. */
  log: string[]
  /** Ends the service and its database; so does the end of the test file. */
  close(): Promise<void>
}

/**
 * How many processes share the database and take the requests of the clients in turn, where a test has not given its own
 * storage: `TEST_PROCESSES=3 npm run test:postgres`.
 */
const PROCESSES = Number(process.env.TEST_PROCESSES ?? 1)
/**
 * Whether each service forwards what is not safe to a second application, as with a writer thread: `TEST_WRITER=true`. Not
 * where requests are counted, since the counts of two applications are added up only each second.
 */
const HAS_WRITER = process.env.TEST_WRITER === 'true'

const ADMIN = 'an-admin-key-for-tests-that-is-long-enough'

/** A running service over a database of its own, or one that is given, on a free port of the loopback interface. */
export async function newsroom(
  environment: Record<string, string> = {},
  {
    storage: shared,
    deadline,
    ...more
  }: Pick<AppDeps, 'onCounts' | 'hostLookup' | 'imageTasks'> & OpenOptions & { storage?: Storage } = {},
): Promise<Newsroom> {
  const hasWriter = HAS_WRITER && environment.RATE_LIMIT === undefined
  const [storage, ...others] = shared
    ? [shared]
    : await temporaryStorages(PROCESSES * (hasWriter ? 2 : 1), deadline === undefined ? {} : { deadline })
  const clock = {
    time: new Date('2030-01-01T12:00:00.000Z'),
    now: () => new Date(clock.time),
    tick: (milliseconds = 1_000) => {
      clock.time = new Date(clock.time.getTime() + milliseconds)
    },
  }
  const log: string[] = []
  const config = readConfig({
    DATELINE_ADMIN_KEY: ADMIN,
    LOG_LEVEL: 'info',
    MEDIA_DIR: await temporaryFolder(),
    ...environment,
  })
  await applyMediaSettings({ storage, clock }, mediaSettingsOf(config))
  const build = (over: Storage, parts: Pick<AppDeps, 'forward'> = {}) =>
    buildApp({
      config,
      storage: over,
      clock,
      releases: releases({ storage: over, clock }),
      logStream: { write: (line) => void log.push(line) },
      ...more,
      ...parts,
    })
  const writers: FastifyInstance[] = []
  async function serve(over: Storage): Promise<FastifyInstance> {
    const own = hasWriter ? others.pop() : undefined
    if (!own) return build(over)
    const writer = await build(own)
    own.onCommit(over.announceCommit)
    writers.push(writer)
    await writer.ready()
    return build(over, { forward: forwardToApp(() => writer) })
  }
  const app = await serve(storage)
  const peers: FastifyInstance[] = []
  for (let other = others.pop(); other; other = others.pop()) peers.push(await serve(other))
  const close = closeLater(async () => {
    for (const one of [app, ...peers, ...writers]) await one.close()
    if (!shared) await storage.close()
  })
  const [url = '', ...otherUrls] = await Promise.all(
    [app, ...peers].map((one) => one.listen({ host: '127.0.0.1', port: 0 })),
  )
  const urls = [url, ...otherUrls]
  let turn = 0
  // A connection for each request would take as long as the request.
  const agent = new Agent({ keepAlive: true })
  const nextUrl = () => urls[turn++ % urls.length] ?? url

  const client = (token?: string): Client =>
    Object.fromEntries(
      METHODS.map((method) => [
        method,
        (path: string) => {
          const test = supertest(nextUrl())[method](path).redirects(0).agent(agent)
          if (token) test.set('authorization', `Bearer ${token}`)
          return test.expect((response) => conforms(method, path, response))
        },
      ]),
    ) as Client

  const admin = client(ADMIN)
  const newKey = async (role: KeyRole, more: object = {}) => {
    const { body } = await admin
      .post('/v1/api-keys')
      .send({ name: `A ${role}`, role, ...more })
      .expect(201)
    return { id: body.id as string, token: body.secret as string, client: client(body.secret) }
  }
  const [reader, partner, contributor, editor] = await Promise.all(
    (['reader', 'partner', 'contributor', 'editor'] as const).map(async (role) => (await newKey(role)).client),
  )
  if (!reader || !partner || !contributor || !editor) throw new Error('four keys make four clients')
  return {
    app,
    storage,
    url,
    anyone: client(),
    reader,
    partner,
    contributor,
    editor,
    admin,
    as: client,
    newKey,
    clock,
    log,
    close,
  }
}
