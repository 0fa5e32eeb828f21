/** Connections to receivers. Where one leads is checked as it is made: a name may lead elsewhere than it did before. */
import { isIP, type LookupFunction } from 'node:net'
import type { Agent, buildConnector } from 'undici'
import { type HostLookup, hostAllowList, isPublicAddress } from './url-policy.ts'

/** A connection was not made, since its address is not allowed. */
export class AddressNotAllowed extends Error {
  override name = 'NotAllowed'
}

/** How many connections one receiver may have. */
const MOST_CONNECTIONS = 32

/** The agent that reaches the public internet and what the operator allows; `timeout` is in milliseconds. */
export async function ssrfAgent(allowed: readonly string[], lookup: HostLookup, timeout: number): Promise<Agent> {
  // It takes 20 MB of memory, which only those who have webhooks need.
  const { Agent, buildConnector } = await import('undici')
  const isAllowed = hostAllowList(allowed)
  const anywhere = buildConnector({ timeout, lookup: byLookup(lookup, () => true) })
  const publicOnly = buildConnector({ timeout, lookup: byLookup(lookup, isPublicAddress) })

  const connect: buildConnector.connector = (options, callback) => {
    const { protocol, hostname, port } = options
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const literal = isIP(host)
    const url = new URL(`${protocol}//${literal === 6 ? `[${host}]` : host}${port ? `:${port}` : ''}`)
    if (isAllowed(url)) return anywhere(options, callback)
    // An IP address is not looked up.
    if (literal && !isPublicAddress(host)) return callback(new AddressNotAllowed('the address is not public'), null)
    publicOnly(options, callback)
  }
  return new Agent({ connect, connections: MOST_CONNECTIONS, headersTimeout: timeout, bodyTimeout: timeout })
}

/** A look-up as sockets make it: only to addresses that all are good, else nowhere. */
const byLookup =
  (lookup: HostLookup, isGood: (address: string) => boolean): LookupFunction =>
  (host, { all }, callback) => {
    lookup(host).then(
      (found) => {
        const [first] = found
        if (!first || !found.every(({ address }) => isGood(address)))
          return callback(new AddressNotAllowed('the name does not lead to public addresses alone'), '')
        if (all) callback(null, found)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, ''),
    )
  }
