/**
 * Connections to receivers, protected against SSRF. The resolved IP address is checked at every connection, since a
 * name may resolve to another address than when the webhook was created (DNS rebinding).
 */
import { isIP, type LookupFunction } from 'node:net'
import type { Agent, buildConnector } from 'undici'
import { type HostLookup, hostAllowList, isPublicAddress } from './url-policy.ts'

/** A connection was refused because its address is not allowed. */
export class AddressNotAllowed extends Error {
  override name = 'NotAllowed'
}

/** How many connections are opened to one receiver. */
const MAX_CONNECTIONS = 32

/** An HTTP agent that connects to the public internet and to `allowed` hosts only; `timeout` is in milliseconds. */
export async function ssrfAgent(allowed: readonly string[], lookup: HostLookup, timeout: number): Promise<Agent> {
  // Loaded on first use: it takes 20 MB of memory, which an installation without webhooks does not need.
  const { Agent, buildConnector } = await import('undici')
  const isAllowed = hostAllowList(allowed)
  const connectAnywhere = buildConnector({ timeout, lookup: guardedLookup(lookup, () => true) })
  const connectPublic = buildConnector({ timeout, lookup: guardedLookup(lookup, isPublicAddress) })

  const connect: buildConnector.connector = (options, callback) => {
    const { protocol, hostname, port } = options
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const ipVersion = isIP(host)
    const url = new URL(`${protocol}//${ipVersion === 6 ? `[${host}]` : host}${port ? `:${port}` : ''}`)
    if (isAllowed(url)) return connectAnywhere(options, callback)
    // The lookup is not called for an IP address.
    if (ipVersion && !isPublicAddress(host)) return callback(new AddressNotAllowed('the address is not public'), null)
    connectPublic(options, callback)
  }
  return new Agent({ connect, connections: MAX_CONNECTIONS, headersTimeout: timeout, bodyTimeout: timeout })
}

/** A lookup for sockets that fails unless every address of the name is allowed. */
const guardedLookup =
  (lookup: HostLookup, isAllowed: (address: string) => boolean): LookupFunction =>
  (host, { all }, callback) => {
    lookup(host).then(
      (found) => {
        const [first] = found
        if (!first || !found.every(({ address }) => isAllowed(address)))
          return callback(new AddressNotAllowed('the name resolves to an address that is not public'), '')
        if (all) callback(null, found)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, ''),
    )
  }
