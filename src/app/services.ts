/** What the routes depend on: built once per application, handed to each as an argument. */
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { type Caller, may } from '../access/roles.ts'
import { draftReads } from '../articles/draft-reads.ts'
import type { Releases } from '../articles/lifecycle/scheduler.ts'
import { reassign } from '../articles/reassign.ts'
import { auditRefusals } from '../audit/log.ts'
import { type BodyTasksOf, inlineTasks, withOwnMedia } from '../body-tasks/tasks.ts'
import { changeFollower } from '../changes/change-follower.ts'
import { type ChangeNotifier, changeNotifier } from '../changes/change-notifier.ts'
import type { Config } from '../config.ts'
import { ArticleCard } from '../editions/article.ts'
import { siteOf } from '../feeds/site.ts'
import { negotiator, otherForms } from '../formats/routes.ts'
import { identify } from '../http/access.ts'
import type { Admission } from '../http/admission.ts'
import { type HostLookup, systemLookup, urlPolicy } from '../http/url-policy.ts'
import { idempotency } from '../idempotency/idempotency.ts'
import { type JobRunner, jobRunner } from '../jobs/runner.ts'
import { openRequests } from '../keys/open-requests.ts'
import { authenticator } from '../keys/store.ts'
import type { Clock } from '../lib/clock.ts'
import { digest } from '../lib/etag.ts'
import type { AddCounts } from '../lib/rate-windows.ts'
import { boundedReads } from '../listing/bounded-reads.ts'
import { cardCache } from '../listing/card-cache.ts'
import { mediaSettingsOf } from '../media/apply-settings.ts'
import { fileFetcher } from '../media/fetch-file.ts'
import { openFileStore } from '../media/files/open-store.ts'
import { loadImages } from '../media/image.ts'
import { type ImageTasks, inlineImageTasks } from '../media/image-tasks.ts'
import { openRenditionFolder } from '../media/open-rendition-folder.ts'
import { renditionCache } from '../media/rendition-cache.ts'
import type { MeasuredParts } from '../metrics/registry.ts'
import type { Storage } from '../storage/storage.ts'
import { fileAccess } from '../syndication/file-access.ts'
import { secretEncryption } from '../webhooks/secret-encryption.ts'

export interface AppDeps {
  config: Config
  storage: Storage
  clock: Clock
  releases: Releases
  /** Wakes requests that wait for changes; created if left out. Closed with the application. */
  notifier?: ChangeNotifier
  /** Does the work of jobs; created if left out. Stopped with the application. */
  jobs?: JobRunner
  /** Gets what is counted of requests, for metrics; without it only the cache is counted. */
  onCounts?: (counts: Pick<MeasuredParts, 'requests' | 'cache'>) => void
  /** Resolves the host names of webhook URLs, to refuse private addresses; the system's resolver if left out. */
  hostLookup?: HostLookup
  /** Decides which requests are taken; created if left out. */
  admission?: Admission
  /** Converts and compares bodies; on the event loop if left out. */
  bodyTasksOf?: BodyTasksOf
  /** Reads uploaded files and makes renditions; in this process if left out. */
  imageTasks?: ImageTasks
  /** Adds counts of requests to those of the other processes; left out if there are none, or if they use Redis. */
  addCounts?: AddCounts
  /** Answers the requests that are not safe, in another thread; this application does if left out. */
  forward?: RequestListener
  /** Receives the log, a line at a time; the standard output if left out. */
  logStream?: { write(line: string): void }
}

/** The version of Dateline, from package.json. */
export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Services of the application as a whole: of its hooks, and of the routes outside the API. */
export function createServices(log: FastifyBaseLogger, deps: AppDeps) {
  const { config, storage, clock, releases, notifier = changeNotifier(storage), hostLookup = systemLookup() } = deps
  const site = siteOf(config)
  const { imageTasks = inlineImageTasks } = deps
  const files = openFileStore(config, storage.file)
  const renditions = openRenditionFolder(config, storage.file)
  const jobs = deps.jobs ?? jobRunner({ storage, clock }, (err) => log.error({ err }, 'a job has failed'))
  return {
    config,
    storage,
    clock,
    releases,
    notifier,
    jobs,
    hostLookup,
    files,
    imageTasks,
    renditions,
    getRendition: renditionCache(renditions, { files, tasks: imageTasks }),
    addCounts: deps.addCounts,
    bodyTasksOf: withOwnMedia(deps.bodyTasksOf ?? (() => inlineTasks), mediaSettingsOf(config)),
    // What replies say of the site depends on the settings, too.
    follower: changeFollower(storage, `${version} ${digest(JSON.stringify(site))}`),
    site,
    publicRead: config.PUBLIC_READ,
    mayHaveFile: fileAccess({ storage, clock, publicRead: config.PUBLIC_READ }),
    cacheCounts: { hits: 0, misses: 0 },
    caching: {
      maxAge: config.CACHE_MAX_AGE,
      staleWhileRevalidate: config.CACHE_STALE_WHILE_REVALIDATE,
      secondsToNextRelease: () => releases.secondsToNext(),
    },
    authenticate: authenticator(
      storage,
      () => clock.now(),
      config.DATELINE_ADMIN_KEY,
      (err) => log.warn({ err }, 'the last use of a key could not be saved'),
    ),
    onRefused: auditRefusals(
      { storage, clock, withAddresses: config.AUDIT_ADDRESSES },
      {
        onError: (err) => log.warn({ err }, 'refused sign-ins could not be written to the audit log yet'),
        onDropped: (count) => log.warn({ count }, 'refused sign-ins are not in the audit log: there were too many'),
      },
    ),
  }
}
export type Services = ReturnType<typeof createServices>

/** Services of the routes below /v1, in addition. */
export function createApiServices(services: Services) {
  const { config, storage, clock, follower, authenticate, hostLookup } = services
  const maxBytes = config.CARD_CACHE_BYTES
  const cards = cardCache({ storage: { ...storage, reader: storage.liveReader }, follower, maxBytes })
  const boundedRead = boundedReads(storage)
  const identifyAgain = ({ headers }: FastifyRequest) => identify(headers, authenticate)
  return {
    ...services,
    openRequests: openRequests(identifyAgain),
    identify: identifyAgain,
    idempotent: idempotency({ storage, clock }),
    publicUrl: config.PUBLIC_URL?.replace(/\/$/, '') ?? '',
    mayBackdate: (caller: Caller) =>
      may(caller, 'admin') || (config.EDITORS_MAY_BACKDATE && may(caller, 'content:write')),
    reassign,
    cardCache: cards,
    boundedRead,
    ...draftReads({ storage, boundedRead, bodyTasksOf: services.bodyTasksOf }),
    latestArticles: { Card: ArticleCard, newest: cards.newest },
    loadImages,
    otherForms: { schemas: otherForms, send: negotiator(services) },
    backups: { folder: config.BACKUP_DIR, keep: config.BACKUP_KEEP },
    secrets: secretEncryption(config.SECRETS_KEY, storage.file),
    checkUrl: urlPolicy(config.WEBHOOK_ALLOWED_HOSTS, hostLookup),
    maxFileBytes: config.MEDIA_MAX_BYTES,
    fetchFile: fileFetcher(config.MEDIA_ALLOWED_HOSTS, {
      lookup: hostLookup,
      checkUrl: urlPolicy(config.MEDIA_ALLOWED_HOSTS, hostLookup),
    }),
  }
}
export type ApiServices = ReturnType<typeof createApiServices>
