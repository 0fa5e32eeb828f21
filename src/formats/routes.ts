import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Format } from '../access/grants.ts'
import { mediaAccessOf } from '../access/media-access.ts'
import { type Caller, may } from '../access/roles.ts'
import { findAdvanceCopy } from '../articles/embargo-access/store.ts'
import type { BodyTasksOf } from '../body-tasks/tasks.ts'
import type { Article } from '../editions/article.ts'
import { ByArticle } from '../editions/article.ts'
import { withMediaFor } from '../editions/article-media.ts'
import { articleHeaders } from '../editions/prebuilt-article.ts'
import { Retracted, redirectOrGone } from '../editions/redirect-or-gone.ts'
import { readRetraction } from '../editions/retractions.ts'
import type { Site } from '../editions/site-urls.ts'
import { type Edition, readEdition } from '../editions/store.ts'
import { NoQuery, PermanentRedirect } from '../http/common-schemas.ts'
import { withMediaType } from '../http/media-type.ts'
import { type AlternativeFormats, preferredFormat } from '../http/negotiation.ts'
import type { ZodTypes } from '../http/validation.ts'
import { cacheTagOf } from '../lib/cache-tag.ts'
import type { Clock } from '../lib/clock.ts'
import { notFound, Problem } from '../lib/problem.ts'
import type { Storage } from '../storage/storage.ts'
import { isGranted, sectionLineage } from './grant-check.ts'
import { JSON_LD, JsonLd, jsonLd } from './json-ld.ts'
import { canceled, ninjs } from './ninjs.ts'
import { NINJS, Ninjs } from './ninjs-schema.ts'

export interface FormatDeps {
  storage: Storage
  clock: Clock
  site: Site
  /** Whether live articles may be read without a key. */
  publicRead: boolean
  bodyTasksOf: BodyTasksOf
}

/** The formats of an article beside its JSON, by media type. */
export const otherForms = { [JSON_LD]: JsonLd, [NINJS]: Ninjs }
type Form = keyof typeof otherForms

const tags = ['Articles']

/** The routes of an article in the formats that other systems read. */
export function registerFormats(server: FastifyInstance, deps: FormatDeps): void {
  const app = server.withTypeProvider<ZodTypes>()
  const send = formatSender(deps)

  app.get(
    '/articles/:article/jsonld',
    {
      config: { access: 'live:read', enforcesGrants: true },
      schema: {
        operationId: 'getJsonLd',
        summary: 'Get an article as JSON-LD',
        description:
          'The live edition as https://schema.org/NewsArticle. It can be put into a script element of the page as it is. `Accept: application/ld+json` at the address of the article gives the same.',
        tags,
        params: ByArticle,
        querystring: NoQuery,
        replyHeaders: ['Last-Modified', 'Cache-Tag'],
        response: { 200: withMediaType(JsonLd, JSON_LD), 308: PermanentRedirect, 410: Retracted },
      },
    },
    async (request, reply) => send(request, reply, { form: JSON_LD, reference: request.params.article }) as never,
  )

  app.get(
    '/articles/:article/ninjs',
    {
      config: { access: 'changes:read' },
      schema: {
        operationId: 'getNinjs',
        summary: 'Get an article as ninjs',
        description:
          'The live edition as IPTC ninjs 3.1. A retracted article is `canceled`, with the reason. A scheduled one is `withheld` until its release, for editors, and for a partner as far ahead as its grant says. `Accept: application/ninjs+json` at the address of the article gives the same.',
        tags,
        params: ByArticle,
        querystring: NoQuery,
        replyHeaders: ['Last-Modified', 'Cache-Tag'],
        response: { 200: withMediaType(Ninjs, NINJS), 308: PermanentRedirect, 410: Retracted },
      },
    },
    async (request, reply) => send(request, reply, { form: NINJS, reference: request.params.article }) as never,
  )
}

/**
 * Gives the function that answers a read of an article in the other form that it prefers, if there is one and the caller
 * may have it so. Only JSON takes parameters: a request with any is answered with JSON.
 */
export function negotiator(deps: FormatDeps): AlternativeFormats['send'] {
  const send = formatSender(deps)
  const suffixes = { [JSON_LD]: 'jsonld', [NINJS]: 'ninjs' }
  const mayHaveNinjs = async (caller: Caller, reference: string) =>
    may(caller, 'changes:read') &&
    hasFormat(caller, 'ninjs') &&
    (await isGranted(deps.storage.reader, caller, reference))
  return async (request, reply, reference) => {
    const form = preferredFormat(request.headers, otherForms) as Form | undefined
    if (form === undefined || request.url.includes('?')) return false
    if (form === NINJS && !(await mayHaveNinjs(request.caller, reference))) return false
    await send(request, reply, { form, reference, location: `${request.url}/${suffixes[form]}` })
    return true
  }
}

interface FormatRequest {
  form: Form
  reference: string
  /** The URL of the format, if it is not the requested one. */
  location?: string
}

/** Gives the function that sends an article in a format, or a redirect or problem if there is no such article. */
function formatSender(deps: FormatDeps) {
  const texts = { [JSON_LD]: jsonLdText(deps), [NINJS]: ninjsText(deps) }
  return async (request: FastifyRequest, reply: FastifyReply, { form, reference, location }: FormatRequest) => {
    const text = await texts[form](request.caller, reply, reference)
    if (text === undefined) return redirectOrGone(deps.storage.reader, request, reply, reference)
    if (location !== undefined) reply.header('content-location', location)
    return reply.header('content-type', form).send(text)
  }
}

/** Gives the function that formats a live article as JSON-LD; undefined if the article is not live. */
function jsonLdText({ storage, site, publicRead, bodyTasksOf }: FormatDeps) {
  const db = storage.reader
  return async (caller: Caller, reply: FastifyReply, reference: string): Promise<string | undefined> => {
    // With public reading, a grant does not limit what a key may read here.
    if (!publicRead) {
      checkFormat(caller, 'jsonld')
      if (!(await isGranted(db, caller, reference))) throw notFound('article')
    }
    const edition = await readEdition(db, reference)
    if (!edition) return undefined
    const article = withMediaFor(publicRead ? 'all' : mediaAccessOf(caller), articleOf(reply, edition))
    const text = await bodyTasksOf(caller).renderText(article.body)
    return jsonLd(article, text, { site, isAccessibleForFree: publicRead || undefined })
  }
}

/** The same for ninjs, which also has retracted and scheduled articles. */
function ninjsText({ storage, clock, site, bodyTasksOf }: FormatDeps) {
  const db = storage.reader
  const ninjsOf = async (whole: Article, caller: Caller) => {
    // The format is for others: what must not be given on is in none.
    const access = caller.role === 'partner' ? mediaAccessOf(caller) : 'granted'
    const article = withMediaFor(access, whole)
    const source = { article, sections: await sectionLineage(db, article) }
    return JSON.stringify(await ninjs(source, site, bodyTasksOf(caller)))
  }
  return async (caller: Caller, reply: FastifyReply, reference: string): Promise<string | undefined> => {
    checkFormat(caller, 'ninjs')
    const isCovered = await isGranted(db, caller, reference)
    const edition = isCovered ? await readEdition(db, reference) : undefined
    if (edition) return ninjsOf(articleOf(reply, edition), caller)
    const notice = isCovered ? await readRetraction(db, reference) : undefined
    if (notice) {
      reply.headers({ 'last-modified': new Date(notice.at).toUTCString(), 'cache-tag': cacheTagOf([notice.id]) })
      return JSON.stringify(canceled(notice))
    }
    const ahead = await findAdvanceCopy(db, reference, caller, clock.now())
    if (ahead) return ninjsOf(ahead, caller)
    if (!isCovered) throw notFound('article')
    return undefined
  }
}

/** The article of a live edition; sets the headers of the reply. */
function articleOf(reply: FastifyReply, edition: Edition): Article {
  const { etag: _, ...headers } = articleHeaders(edition)
  reply.version = edition.version
  reply.headers(headers)
  return JSON.parse(edition.document) as Article
}

const hasFormat = ({ grant }: Caller, format: Format): boolean =>
  grant === null || grant.formats.length === 0 || grant.formats.includes(format)

/** Throws `forbidden` if the caller's grant does not include the format. */
function checkFormat(caller: Caller, format: Format): void {
  if (hasFormat(caller, format)) return
  const formats = caller.grant?.formats.join(' and ')
  throw new Problem('forbidden', `the grant of this key includes the formats ${formats}, not ${format}`)
}
