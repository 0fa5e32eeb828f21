/** Which requests may be answered without a handler. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import { preferredFormat } from '../http/negotiation.ts'
import { undecodableParameter } from '../http/query-encoding.ts'

/** Whether the reply depends on nothing but the URL and the last change: cached and prebuilt replies are JSON. */
export function isPublicRead({ method, headers, url, routeOptions: { config } }: FastifyRequest): boolean {
  if (config.access !== 'live:read' || config.dependsOnTime) return false
  if ((method !== 'GET' && method !== 'HEAD') || headers.authorization !== undefined) return false
  return !prefersOtherFormat(headers, config) && undecodableParameter(url) === undefined
}

/** Whether a reply to GET can be given without the handler: those in other formats and by date cannot. */
export const isWithoutHandler = (headers: IncomingHttpHeaders, config: FastifyContextConfig): boolean =>
  !prefersOtherFormat(headers, config) && !(config.handlesIfModifiedSince && isConditionalByDate(headers))

const prefersOtherFormat = (headers: IncomingHttpHeaders, { alternativeFormats }: FastifyContextConfig): boolean =>
  alternativeFormats !== undefined && preferredFormat(headers, alternativeFormats) !== undefined

const isConditionalByDate = (headers: IncomingHttpHeaders): boolean =>
  headers['if-modified-since'] !== undefined && headers['if-none-match'] === undefined
