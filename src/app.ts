import { readFileSync } from 'node:fs'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import { ABOUT } from './about.ts'
import { type Caller, may } from './access/roles.ts'
import { registerCorrections } from './articles/corrections.ts'
import { registerAdvanceCopies } from './articles/embargo-access.ts'
import { registerTransitions } from './articles/lifecycle/routes.ts'
import type { Releases } from './articles/lifecycle/scheduler.ts'
import { registerPreviews } from './articles/previews.ts'
import { reassign } from './articles/reassign.ts'
import { registerRevisions } from './articles/revisions/routes.ts'
import { registerArticles } from './articles/routes.ts'
import { registerCitations } from './articles/sub-items/citations.ts'
import { registerRelatedLinks } from './articles/sub-items/related-links.ts'
import { auditRefusals } from './audit/log.ts'
import { registerAudit } from './audit/routes.ts'
import { UnreadableBody } from './body/errors.ts'
import { registerBulk } from './bulk/routes.ts'
import { registerPublicCache } from './cache/public-cache.ts'
import { authorKind } from './catalogue/authors.ts'
import { seek } from './catalogue/resolve.ts'
import { registerEntries } from './catalogue/routes.ts'
import { sectionKind } from './catalogue/sections.ts'
import { sourceKind } from './catalogue/sources.ts'
import { tagKind } from './catalogue/tags.ts'
import { changeFollower } from './changes/change-follower.ts'
import { type ChangeNotifier, changeNotifier } from './changes/change-notifier.ts'
import type { Config } from './config.ts'
import { ArticleCard } from './editions/article.ts'
import { registerFeeds } from './feeds/routes.ts'
import { siteOf } from './feeds/site.ts'
import { negotiator, otherForms, registerFormats } from './formats/routes.ts'
import { identify, registerAccess } from './http/access.ts'
import { publicCacheControl, registerCaching, requireIfMatch } from './http/caching.ts'
import { registerDocs } from './http/docs.ts'
import { registerHealth } from './http/health.ts'
import { registerJson } from './http/json-body.ts'
import { serverFactory } from './http/lingering-close.ts'
import { registerOpenapi } from './http/openapi.ts'
import { clientErrorHandler, frameworkErrors, registerProblems } from './http/problems.ts'
import { registerRateLimit } from './http/rate-limit.ts'
import { logger, registerRequestLog, requestIds } from './http/request-log.ts'
import { serializerCompiler } from './http/serializer.ts'
import { withoutAppended } from './http/tracking-parameters.ts'
import { validatorCompiler } from './http/validation.ts'
import { idempotency } from './idempotency/idempotency.ts'
import { registerKeys } from './keys/routes.ts'
import { authenticator } from './keys/store.ts'
import type { Clock } from './lib/clock.ts'
import { readerParameters } from './lib/feed-urls.ts'
import { Problem } from './lib/problem.ts'
import { cardCache as shelfOf } from './listing/card-cache.ts'
import { registerRelated } from './listing/related-routes.ts'
import { registerSearch } from './search/routes.ts'
import { registerSitemaps } from './sitemaps/routes.ts'
import { isStorageFull, type Storage, StorageBusy } from './storage/storage.ts'
import { registerArticleAccess } from './syndication/access.ts'
import { registerChanges, type SyndicationDeps } from './syndication/routes.ts'
import { registerStream } from './syndication/stream.ts'
import { registerTrash } from './trash/routes.ts'
import { registerDeliveries } from './webhooks/delivery-routes.ts'
import { webhookDocument } from './webhooks/events.ts'
import { registerWebhooks } from './webhooks/routes.ts'
import { secretsUnder } from './webhooks/secrets.ts'
import { type HostLookup, systemLookup, urlPolicy } from './webhooks/url-policy.ts'

export interface AppDeps {
  config: Config
  storage: Storage
  clock: Clock
  releases: Releases
  /** Who wakes those who wait for changes; one of its own if left out. Closed with the service. */
  watch?: ChangeNotifier
  /** How names are looked up before webhooks may lead to them; as the system does if left out. */
  lookup?: HostLookup
  /** Where the log goes; to the standard output if left out. */
  logTo?: { write(line: string): void }
}

/** Largest body of a request, in bytes. */
const BODY_LIMIT = 2 * 1024 * 1024
/** Longest path parameter, in characters. */
const MAX_PARAMETER = 300
/** Time limits of connections, in milliseconds: slow clients are let go, good ones go on. */
const TIMEOUTS = { connectionTimeout: 60_000, requestTimeout: 30_000, keepAliveTimeout: 72_000 }

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** The service, ready to listen. This is its table of contents. */
export async function buildApp(given: AppDeps): Promise<FastifyInstance> {
  const { config, storage, clock, releases, logTo, watch = changeNotifier(storage), lookup = systemLookup() } = given
  const app = fastify({
    ...TIMEOUTS,
    serverFactory: serverFactory(TIMEOUTS),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAMETER },
    trustProxy: config.TRUST_PROXY as boolean,
    rewriteUrl: withoutAppended(readerParameters),
    genReqId: requestIds(),
    logger: logger(config.LOG_LEVEL, logTo),
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request costs more than most replies; what is logged of one names it.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    clientErrorHandler,
    frameworkErrors,
    return503OnClosing: false,
  } as FastifyServerOptions) as FastifyInstance
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  const caching = {
    maxAge: config.CACHE_MAX_AGE,
    staleWhileRevalidate: config.CACHE_STALE_WHILE_REVALIDATE,
    secondsToNextRelease: () => releases.secondsToNext(),
  }
  const news = changeFollower(storage, version)
  const shelf = shelfOf({ storage, news })
  if (config.PUBLIC_READ)
    registerPublicCache(app, {
      maxBytes: config.CACHE_BYTES,
      news,
      cacheControl: () => publicCacheControl(caching),
      isCounted: config.RATE_LIMIT > 0,
      variesByOrigin: !config.CORS_ORIGINS.includes('*'),
    })
  // Before what answers preflights, so that these, too, have an id and stand in the log.
  registerRequestLog(app, { logsReads: ['debug', 'trace'].includes(config.LOG_LEVEL) })
  // Before the routes are known, so that the wildcard route it makes for preflights counts as no address of the API.
  await app.register(cors, corsOptions(config))
  registerProblems(app, translate)
  const authenticate = authenticator(
    storage,
    () => clock.now(),
    config.DATELINE_ADMIN_KEY,
    (err) => app.log.warn({ err }, 'the last use of a key could not be noted'),
  )
  const onRefused = auditRefusals({ storage, clock }, (err) =>
    app.log.warn({ err }, 'a refused sign-in is not on record'),
  )
  registerAccess(app, { authenticate, onRefused, publicRead: config.PUBLIC_READ })
  await registerRateLimit(app, config.RATE_LIMIT)
  await app.register(helmet, {
    contentSecurityPolicy: false,
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // Whether a host speaks TLS, and all below it, is for whoever terminates it to promise.
    hsts: false,
  })
  registerCaching(app, caching)
  if (config.REQUIRE_IF_MATCH) requireIfMatch(app)
  registerJson(app)
  await registerOpenapi(app, { title: 'Dateline', version, ...ABOUT, webhooks: webhookDocument })

  registerHealth(app, () => storage.ping())
  app.addHook('preClose', async () => watch.close())
  const syndication: SyndicationDeps = {
    storage,
    clock,
    news,
    watch,
    identify: ({ headers }) => identify(headers, authenticate),
  }
  const publicUrl = config.PUBLIC_URL?.replace(/\/$/, '') ?? ''
  const site = siteOf(config)
  const formats = { storage, clock, site, publicRead: config.PUBLIC_READ }
  registerFeeds(app, { storage, news, clock, site })
  registerSitemaps(app, { storage, clock, site })
  await app.register(
    async (v1) => {
      const deps = {
        storage,
        clock,
        releases,
        once: idempotency({ storage, clock }),
        publicUrl,
        mayBackdate: (caller: Caller) =>
          may(caller, 'admin') || (config.EDITORS_MAY_BACKDATE && may(caller, 'content:write')),
        reassign,
        shelf,
        newest: { Card: ArticleCard, newest: shelf.newest },
      }
      const webhooks = {
        ...deps,
        secrets: secretsUnder(config.SECRETS_KEY, storage.file),
        checkAddress: urlPolicy(config.WEBHOOK_ALLOWED_HOSTS, lookup),
      }
      registerArticles(v1, { ...deps, otherForms: { shapes: otherForms, send: negotiator(formats) } })
      registerFormats(v1, formats)
      registerRelated(v1, deps)
      registerSearch(v1, deps)
      registerTransitions(v1, deps)
      registerRevisions(v1, deps)
      registerPreviews(v1, deps)
      registerCorrections(v1, deps)
      registerCitations(v1, deps)
      registerRelatedLinks(v1, deps)
      registerEntries(v1, authorKind, deps)
      registerEntries(v1, sourceKind, deps)
      registerEntries(v1, sectionKind, deps)
      registerEntries(v1, tagKind, deps)
      registerBulk(v1, { ...deps, translate })
      registerTrash(v1, deps)
      registerAdvanceCopies(v1, deps)
      registerChanges(v1, syndication)
      registerStream(v1, syndication)
      registerArticleAccess(v1, syndication)
      registerKeys(v1, { ...deps, seek })
      registerWebhooks(v1, webhooks)
      registerDeliveries(v1, webhooks)
      registerAudit(v1, deps)
    },
    { prefix: '/v1' },
  )
  await registerDocs(app)
  return app
}

const corsOptions = ({ CORS_ORIGINS }: Config) => ({
  origin: CORS_ORIGINS.includes('*') ? '*' : CORS_ORIGINS,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: ['ETag', 'Link', 'Location', 'X-Request-Id', 'Retry-After'],
  maxAge: 86_400,
  strictPreflight: false,
})

/** Faults of the layers below, as problems. */
function translate(error: unknown): Problem | undefined {
  if (error instanceof StorageBusy) return new Problem('busy', error.message, { headers: { 'retry-after': '1' } })
  if (isStorageFull(error)) return new Problem('storage-full', 'the disk of the database is full')
  if (error instanceof UnreadableBody)
    return new Problem('unreadable', `body ${error.message}`, {
      errors: [{ in: 'body', pointer: '/body', code: 'unreadable', message: error.message }],
    })
  return undefined
}
