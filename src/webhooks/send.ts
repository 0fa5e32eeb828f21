import type { Agent } from 'undici'
import { AddressNotAllowed, ssrfAgent } from './ssrf-agent.ts'
import { type HostLookup, systemLookup } from './url-policy.ts'

/** How a try went. `error` is null for a success; times are in milliseconds. */
export interface SendOutcome {
  error: 'status' | 'timeout' | 'connection' | 'url-not-allowed' | 'interrupted' | null
  responseStatus: number | null
  milliseconds: number
  /** The beginning of what a receiver that refused said. */
  excerpt: string | null
}

/** Posts a message and tells how it went; never throws. */
export type Send = (url: string, headers: Record<string, string>, body: string) => Promise<SendOutcome>

export interface Sender {
  send: Send
  /** Ends what is under way, as `interrupted`. */
  close(): Promise<void>
}

/** How long a receiver may take to answer, in milliseconds (Standard Webhooks: 15 to 30 seconds). */
const TIMEOUT = 15_000
/** How much of a reply is read, in bytes: enough for a connection to be used again after what most receivers say. */
const MOST_READ = 16 * 1024
/** How much of it is kept, in characters. */
const EXCERPT = 300

/**
 * Gives what posts to receivers. A redirect is not followed, of a reply only the beginning is read, and no address is
 * reached that is neither public nor `allowed`.
 */
export function sender(
  allowed: readonly string[],
  { lookup = systemLookup(), timeout = TIMEOUT }: { lookup?: HostLookup; timeout?: number } = {},
): Sender {
  let agent: Promise<Agent> | undefined
  const reach = () => {
    agent ??= ssrfAgent(allowed, lookup, timeout)
    return agent
  }
  const underWay = new Set<AbortController>()
  return {
    async send(url, headers, body) {
      const began = performance.now()
      const ending = new AbortController()
      underWay.add(ending)
      const timer = setTimeout(() => ending.abort(new Ended('timeout')), timeout)
      const outcome = await post(reach(), url, { headers, body, signal: ending.signal }).catch((error: unknown) => ({
        error: errorOf(error),
        responseStatus: null,
        excerpt: null,
      }))
      clearTimeout(timer)
      underWay.delete(ending)
      return { ...outcome, milliseconds: Math.round(performance.now() - began) }
    },
    async close() {
      for (const ending of underWay) ending.abort(new Ended('interrupted'))
      await (await agent)?.destroy()
    },
  }
}

/** A try was ended from here. */
class Ended extends Error {
  readonly why: 'timeout' | 'interrupted'
  constructor(why: 'timeout' | 'interrupted') {
    super(why)
    this.why = why
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
  // The status has told how it went; the rest may be endless, broken or slow.
  const isGood = statusCode >= 200 && statusCode < 300
  const said = await beginningOf(body).catch(() => '')
  return {
    error: isGood ? null : 'status',
    responseStatus: statusCode,
    excerpt: isGood || !said ? null : escaped(said),
  }
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of body) {
    if (length < EXCERPT) pieces.push(piece.subarray(0, EXCERPT - length))
    length += piece.length
    // To leave the loop is to end the connection.
    if (length > MOST_READ) break
  }
  return Buffer.concat(pieces).toString('latin1')
}

/** What a stranger has sent, harmless wherever it is shown: printable ASCII without what HTML gives a meaning to. */
const escaped = (text: string): string =>
  text.replace(/[^ -~]|[<>&"'\\]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

function errorOf(error: unknown): Exclude<SendOutcome['error'], 'status' | null> {
  if (error instanceof Ended) return error.why
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AddressNotAllowed) return 'url-not-allowed'
    if (/Timeout/.test(at.name)) return 'timeout'
  }
  return 'connection'
}
