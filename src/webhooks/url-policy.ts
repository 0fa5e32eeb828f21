/** To which addresses webhooks may lead: the public internet, and what the operator allows beside it. */
import { lookup as dnsLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { getOrCreate } from '../lib/cache.ts'
import { Problem } from '../lib/problem.ts'

/** All addresses that a name leads to; throws if it leads nowhere. */
export type HostLookup = (host: string) => Promise<{ address: string; family: number }[]>

/**
 * Gives the look-up that the system has. Node does a few of them at a time, so that a name whose servers do not answer
 * is not looked up twice at once: it would keep all others waiting.
 */
export function systemLookup(): HostLookup {
  const underWay = new Map<string, ReturnType<HostLookup>>()
  return (host) =>
    getOrCreate(underWay, host, () => dnsLookup(host, { all: true }).finally(() => void underWay.delete(host)))
}

/** How long a name is looked up before a webhook is made without knowing where it leads, in milliseconds. */
const PATIENCE = 2_000

/** IPv6 addresses of the public internet begin like this; all others are reserved or stand for something else. */
const GLOBAL = ipaddr.parseCIDR('2000::/3')

/** Whether the IP address is one of the public internet, and stands for no other address. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const ip = ipaddr.parse(address)
  return ip.range() === 'unicast' && (ip.kind() === 'ipv4' || ip.match(GLOBAL))
}

/** The host in an address as a name or an IP address: without the brackets of IPv6. */
export const hostWithoutBrackets = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** Gives what tells whether the operator allows a host at a port; `allowed` are hosts, or hosts with a port. */
export function hostAllowList(allowed: readonly string[]): (url: URL) => boolean {
  const hosts = new Set<string>()
  for (const one of allowed) {
    const { hostname, port } = new URL(`http://${one}`)
    // The port of http is left out by the parser, and would else stand for every port.
    hosts.add(port || /:80$/.test(one) ? `${hostname}:${port || '80'}` : hostname)
  }
  return (url) => hosts.has(url.hostname) || hosts.has(`${url.hostname}:${portOf(url)}`)
}

const portOf = ({ protocol, port }: URL): string => port || (protocol === 'https:' ? '443' : '80')

/**
 * Gives the check of a webhook's address: throws `url-not-allowed` for what is not http or https, has user info, or
 * whose host is or leads to an address that is not public. A name that leads nowhere yet is taken: it is looked up
 * again at every connection.
 */
export function urlPolicy(allowed: readonly string[], lookup: HostLookup): (address: string) => Promise<void> {
  const isAllowed = hostAllowList(allowed)
  return async (address) => {
    const url = new URL(address)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('must be an http or https address')
    if (url.username || url.password) throw refused('must have no user info')
    if (isAllowed(url)) return
    const host = hostWithoutBrackets(url)
    const found = isIP(host) ? [{ address: host }] : await patient(lookup(host))
    if (!found.every((one) => isPublicAddress(one.address))) throw refused('must lead to a host of the public internet')
  }
}

async function patient<T>(looking: Promise<T[]>): Promise<T[]> {
  let timer: NodeJS.Timeout | undefined
  const given = new Promise<T[]>((resolve) => {
    timer = setTimeout(() => resolve([]), PATIENCE)
  })
  const found = await Promise.race([looking.catch(() => []), given])
  clearTimeout(timer)
  return found
}

function refused(message: string): Problem {
  return new Problem('url-not-allowed', `url ${message}`, {
    errors: [{ in: 'body', pointer: '/url', code: 'url_not_allowed', message }],
  })
}
