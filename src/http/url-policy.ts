/** Which URLs webhooks may have (protection against SSRF): those on the public internet, and hosts the operator allows. */
import { lookup as dnsLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { getOrCreate } from '../lib/cache.ts'
import { Problem } from '../lib/problem.ts'

/** All IP addresses that a name resolves to; rejects if there are none. */
export type HostLookup = (host: string) => Promise<{ address: string; family: number }[]>

/**
 * The lookup of the operating system. Node runs few of them in parallel, so concurrent lookups of one name are shared:
 * otherwise a name whose servers do not respond would block all others.
 */
export function systemLookup(): HostLookup {
  const pending = new Map<string, ReturnType<HostLookup>>()
  return (host) =>
    getOrCreate(pending, host, () => dnsLookup(host, { all: true }).finally(() => void pending.delete(host)))
}

/** How long a lookup may take, in milliseconds; after that a URL is accepted without it. */
const LOOKUP_TIMEOUT = 2_000

/** The prefix of public IPv6 addresses (RFC 4291, section 2.4); all others are reserved or embed another address. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3')

/** Whether the IP address is on the public internet, and embeds no other address. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const ip = ipaddr.parse(address)
  return ip.range() === 'unicast' && (ip.kind() === 'ipv4' || ip.match(GLOBAL_UNICAST))
}

/** The host of a URL as a name or an IP address: without the brackets of IPv6. */
export const hostWithoutBrackets = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** Gives a predicate: whether the operator allows the host of a URL. `allowed` are hosts, or hosts with a port. */
export function hostAllowList(allowed: readonly string[]): (url: URL) => boolean {
  const hosts = new Set<string>()
  for (const entry of allowed) {
    const { hostname, port } = new URL(`http://${entry}`)
    // The parser drops port 80, but a host without a port allows every port.
    hosts.add(port || /:80$/.test(entry) ? `${hostname}:${port || '80'}` : hostname)
  }
  return (url) => hosts.has(url.hostname) || hosts.has(`${url.hostname}:${portOf(url)}`)
}

const portOf = ({ protocol, port }: URL): string => port || (protocol === 'https:' ? '443' : '80')

/**
 * Gives the check of a webhook's URL. It throws `url-not-allowed` for a URL that is not http or https, has user info, or
 * whose host is or resolves to an address that is not public. A name that does not resolve yet is accepted: it is
 * resolved and checked again at every connection.
 */
export function urlPolicy(allowed: readonly string[], lookup: HostLookup): (url: string) => Promise<void> {
  const isAllowed = hostAllowList(allowed)
  return async (text) => {
    const url = new URL(text)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw notAllowed('must be an http or https address')
    if (url.username || url.password) throw notAllowed('must have no user info')
    if (isAllowed(url)) return
    const host = hostWithoutBrackets(url)
    const resolved = isIP(host) ? [{ address: host }] : await withTimeout(lookup(host))
    if (!resolved.every((one) => isPublicAddress(one.address)))
      throw notAllowed('must lead to a host of the public internet')
  }
}

/** The result of a lookup; nothing if it fails or takes too long. */
async function withTimeout<T>(lookup: Promise<T[]>): Promise<T[]> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<T[]>((resolve) => {
    timer = setTimeout(() => resolve([]), LOOKUP_TIMEOUT)
  })
  const resolved = await Promise.race([lookup.catch(() => []), timeout])
  clearTimeout(timer)
  return resolved
}

function notAllowed(message: string): Problem {
  return new Problem('url-not-allowed', `url ${message}`, {
    errors: [{ in: 'body', pointer: '/url', code: 'url_not_allowed', message }],
  })
}
