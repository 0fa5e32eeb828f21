import type { FastifyInstance } from 'fastify'
import { ABOUT } from './about.ts'
import { createServer } from './app/create-server.ts'
import { problemOf, readinessOf } from './app/error-translation.ts'
import {
  type ApiServices,
  type AppDeps,
  createApiServices,
  createServices,
  type Services,
  version,
} from './app/services.ts'
import { shareRateLimits } from './app/shared-rate-limits.ts'
import { registerVersion } from './app/version-route.ts'
import { registerCorrections } from './articles/corrections/routes.ts'
import { registerAdvanceCopies } from './articles/embargo-access/routes.ts'
import { registerTransitions } from './articles/lifecycle/routes.ts'
import { registerPreviews } from './articles/previews/routes.ts'
import { registerRevisions } from './articles/revisions/routes.ts'
import { registerArticles } from './articles/routes.ts'
import { registerBlocks } from './articles/sub-items/blocks.ts'
import { registerCitations } from './articles/sub-items/citations.ts'
import { registerRelatedLinks } from './articles/sub-items/related-links.ts'
import { registerAudit } from './audit/routes.ts'
import { registerBackups } from './backups/routes.ts'
import { registerBulk } from './bulk/routes.ts'
import { type PublicCacheOptions, registerPublicCache } from './cache/public-cache.ts'
import { authorKind } from './catalogue/authors.ts'
import { resolveReference } from './catalogue/resolve.ts'
import { registerEntries } from './catalogue/routes.ts'
import { sectionKind } from './catalogue/sections.ts'
import { sourceKind } from './catalogue/sources.ts'
import { tagKind } from './catalogue/tags.ts'
import { registerEditions } from './editions/routes.ts'
import { registerFeeds } from './feeds/routes.ts'
import { registerFormats } from './formats/routes.ts'
import { registerAccess } from './http/access.ts'
import { type Admission, admission } from './http/admission.ts'
import { publicCacheControl, registerCaching } from './http/caching.ts'
import { addressReader, registerClientAddress } from './http/client-address.ts'
import { commonHeaders, registerCors, registerSecurityHeaders } from './http/common-headers.ts'
import { requireIfMatch } from './http/conditional-requests.ts'
import { registerDocs } from './http/docs/routes.ts'
import { registerHealth } from './http/health.ts'
import { registerJsonBodies } from './http/json-body.ts'
import { registerOpenapi } from './http/openapi/register.ts'
import { registerProblems } from './http/problems.ts'
import { type RateLimits, registerRateLimit } from './http/rate-limit.ts'
import { registerRequestLog, requestIdGenerator } from './http/request-log.ts'
import { type Shortcut, shortcut } from './http/shortcut.ts'
import { registerJobs } from './jobs/routes.ts'
import { registerKeys } from './keys/routes.ts'
import { rateWindows } from './lib/rate-windows.ts'
import { registerRelated } from './listing/related-routes.ts'
import { registerLists } from './listing/routes.ts'
import { registerFiles } from './media/file-routes.ts'
import { mediaKind } from './media/kind.ts'
import { registerRenditions } from './media/rendition-routes.ts'
import { registerTakedown } from './media/takedown-routes.ts'
import { registerUploads } from './media/upload-routes.ts'
import { countRequests, type RequestCounts } from './metrics/requests.ts'
import { registerSearch } from './search/routes.ts'
import { registerSitemaps } from './sitemaps/routes.ts'
import { registerArticleAccess } from './syndication/access-routes.ts'
import { registerChanges } from './syndication/routes.ts'
import { registerStream } from './syndication/stream.ts'
import { registerTrash } from './trash/routes.ts'
import { registerDeliveries } from './webhooks/delivery-routes.ts'
import { webhookDocument } from './webhooks/events.ts'
import { registerWebhooks } from './webhooks/routes.ts'

/** The application, ready to listen. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const front = {
    admission: deps.admission ?? admission(),
    shortcut: shortcut(deps.forward),
    requestId: requestIdGenerator(),
  }
  const app = createServer({ ...deps, ...front })
  const services = createServices(app.log, deps)
  const counts = deps.onCounts && countRequests(app)
  if (counts) deps.onCounts?.({ requests: counts, cache: services.cacheCounts })
  await registerHooks(app, services, { ...front, counts })
  registerHealth(app, () => readinessOf(services.storage))
  registerVersion(app, services)
  registerFeeds(app, readingLive(services))
  registerSitemaps(app, readingLive(services))
  registerRenditions(app, readingLive(services))
  registerFiles(app, readingLive(services))
  await app.register(async (v1) => registerApi(v1, createApiServices(services)), { prefix: '/v1' })
  await registerDocs(app)
  return app
}

/** What is in front of the application, and what counts its requests. */
interface Front {
  admission: Admission
  shortcut: Shortcut
  requestId: ReturnType<typeof requestIdGenerator>
  counts: RequestCounts | undefined
}

/** What runs for every request. The order of registration is the order in which the hooks run. */
async function registerHooks(app: FastifyInstance, services: Services, front: Front): Promise<void> {
  const { config, clock, publicRead, caching, notifier, jobs, addCounts } = services
  const windows = rateWindows()
  const addressOf = addressReader(config.TRUST_PROXY)
  registerClientAddress(app, addressOf)
  const limits = registerRateLimit(app, { perMinute: config.RATE_LIMIT, windows, clock, addressOf })
  await shareRateLimits(app, windows, { url: config.REDIS_URL, addCounts, clock })
  const logsReads = ['debug', 'trace'].includes(config.LOG_LEVEL)
  if (publicRead) {
    const answer = registerPublicCache(app, publicCacheOptions(services, front, limits))
    // What is answered in front of the hooks is not logged.
    if (!logsReads) front.shortcut.use(answer)
  }
  app.addHook('preClose', async () => front.shortcut.end())
  // Before CORS, so that preflight requests have an id and are logged.
  registerRequestLog(app, {
    logsReads,
    logsAddresses: config.LOG_ADDRESSES,
  })
  // Before the hooks that collect routes: the wildcard route that it adds for preflights is not part of the API.
  await registerCors(app, config.CORS_ORIGINS)
  registerProblems(app, problemOf)
  limits.refuseOverLimit()
  front.admission.limitInFlight(app)
  registerAccess(app, { ...services, limits })
  registerSecurityHeaders(app)
  registerCaching(app, caching)
  if (config.REQUIRE_IF_MATCH) requireIfMatch(app)
  registerJsonBodies(app)
  await registerOpenapi(app, { title: 'Dateline', version, ...ABOUT, webhooks: webhookDocument })
  app.addHook('preClose', async () => {
    notifier.close()
    await jobs.stop()
  })
}

/** The routes below /v1, and the order of their operations in the OpenAPI document. */
function registerApi(v1: FastifyInstance, services: ApiServices): void {
  const live = readingLive(services)
  registerLists(v1, live)
  registerEditions(v1, live)
  registerArticles(v1, services)
  registerFormats(v1, live)
  registerRelated(v1, live)
  registerSearch(v1, live)
  registerTransitions(v1, services)
  registerRevisions(v1, services)
  registerPreviews(v1, services)
  registerCorrections(v1, services)
  registerBlocks(v1, services)
  registerCitations(v1, services)
  registerRelatedLinks(v1, services)
  registerEntries(v1, authorKind, services)
  registerEntries(v1, sourceKind, services)
  registerEntries(v1, sectionKind, services)
  registerEntries(v1, tagKind, services)
  registerUploads(v1, services)
  registerEntries(v1, mediaKind, services)
  registerTakedown(v1, services)
  registerBulk(v1, { ...services, translate: problemOf })
  registerTrash(v1, services)
  registerAdvanceCopies(v1, services)
  registerChanges(v1, services)
  registerStream(v1, services)
  registerArticleAccess(v1, services)
  registerKeys(v1, { ...services, resolveReference })
  registerWebhooks(v1, services)
  registerDeliveries(v1, services)
  registerAudit(v1, services)
  registerBackups(v1, services)
  registerJobs(v1, services)
}

/** The services for routes that read live content only, by the reader for that. */
const readingLive = <S extends Services>(services: S): S => ({
  ...services,
  storage: { ...services.storage, reader: services.storage.liveReader },
})

const publicCacheOptions = (
  { config, follower, caching, cacheCounts }: Services,
  { requestId, counts }: Front,
  limits: RateLimits,
): PublicCacheOptions => ({
  requestId,
  countRequest: limits.countEarly,
  onAnswered: counts && ((route, status, seconds) => counts.add(route, { method: 'GET', status, seconds })),
  maxBytes: config.CACHE_BYTES,
  follower,
  cacheControl: () => publicCacheControl(caching),
  counts: cacheCounts,
  allowedOrigins: config.CORS_ORIGINS.includes('*') ? [] : config.CORS_ORIGINS,
  commonHeaders: commonHeaders(config.CORS_ORIGINS),
})
