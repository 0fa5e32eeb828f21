import type { Agent } from 'undici'
import { AddressNotAllowed, ssrfAgent } from '../http/ssrf-agent.ts'
import { type HostLookup, systemLookup } from '../http/url-policy.ts'

/** The result of an attempt. `error` is null for a success. */
export interface SendOutcome {
  error: 'status' | 'timeout' | 'connection' | 'url-not-allowed' | 'interrupted' | null
  responseStatus: number | null
  milliseconds: number
  /** The beginning of the body of a reply other than 2xx, escaped. */
  excerpt: string | null
}

/** Posts a message and gives the result; never throws. */
export type Send = (url: string, headers: Record<string, string>, body: string) => Promise<SendOutcome>

export interface Sender {
  send: Send
  /** Aborts the requests in flight; their result is `interrupted`. */
  close(): Promise<void>
}

/** How long a receiver may take to reply, in milliseconds (Standard Webhooks: 15 to 30 seconds). */
const TIMEOUT = 15_000
/** How much of a reply is read, in bytes: most replies end within that, so that the connection can be reused. */
const MAX_READ = 16 * 1024
/** How much of it is stored, in bytes. */
const EXCERPT = 300

/**
 * The HTTP client for receivers. It follows no redirect, reads only the beginning of a reply, and connects to no
 * address that is neither public nor one of the `allowed` hosts. `timeout` is in milliseconds.
 */
export function sender(
  allowed: readonly string[],
  { lookup = systemLookup(), timeout = TIMEOUT }: { lookup?: HostLookup; timeout?: number } = {},
): Sender {
  let agent: Promise<Agent> | undefined
  const getAgent = () => {
    agent ??= ssrfAgent(allowed, lookup, timeout)
    return agent
  }
  const inFlight = new Set<AbortController>()
  return {
    async send(url, headers, body) {
      const startedAt = performance.now()
      const request = new AbortController()
      inFlight.add(request)
      const timer = setTimeout(() => request.abort(new Aborted('timeout')), timeout)
      const outcome = await post(getAgent(), url, { headers, body, signal: request.signal }).catch(
        (error: unknown) => ({
          error: errorOf(error),
          responseStatus: null,
          excerpt: null,
        }),
      )
      clearTimeout(timer)
      inFlight.delete(request)
      return { ...outcome, milliseconds: Math.round(performance.now() - startedAt) }
    },
    async close() {
      for (const request of inFlight) request.abort(new Aborted('interrupted'))
      await (await agent)?.destroy()
    },
  }
}

/** The request was aborted by this service. */
class Aborted extends Error {
  readonly reason: 'timeout' | 'interrupted'
  constructor(reason: 'timeout' | 'interrupted') {
    super(reason)
    this.reason = reason
  }
}

async function post(
  agent: Promise<Agent>,
  url: string,
  message: { headers: Record<string, string>; body: string; signal: AbortSignal },
): Promise<Omit<SendOutcome, 'milliseconds'>> {
  const { origin, pathname, search } = new URL(url)
  const { statusCode, body } = await (await agent).request({
    ...message,
    method: 'POST',
    origin,
    path: pathname + search,
  })
  // The status alone is the result; the body may be endless, broken or slow.
  const isSuccess = statusCode >= 200 && statusCode < 300
  const beginning = await readBeginning(body).catch(() => '')
  return {
    error: isSuccess ? null : 'status',
    responseStatus: statusCode,
    excerpt: isSuccess || !beginning ? null : escapeText(beginning),
  }
}

async function readBeginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    if (length < EXCERPT) chunks.push(chunk.subarray(0, EXCERPT - length))
    length += chunk.length
    // Leaving the loop closes the connection.
    if (length > MAX_READ) break
  }
  return Buffer.concat(chunks).toString('latin1')
}

/** Untrusted text, safe wherever it is shown: printable ASCII without the special characters of HTML. */
const escapeText = (text: string): string =>
  text.replace(/[^ -~]|[<>&"'\\]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

function errorOf(error: unknown): Exclude<SendOutcome['error'], 'status' | null> {
  if (error instanceof Aborted) return error.reason
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AddressNotAllowed) return 'url-not-allowed'
    if (/Timeout/.test(cause.name)) return 'timeout'
  }
  return 'connection'
}
