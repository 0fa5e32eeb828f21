/** Where a request comes from. */
import type { IncomingMessage } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import type { FastifyInstance } from 'fastify'
import ipaddr from 'ipaddr.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of the client; empty if the connection is gone. `request.ip` of Fastify may throw then. */
    readonly clientAddress: string
  }
}

/** Gives the address of the client of a request; empty if the connection is gone. */
export type AddressReader = (request: IncomingMessage) => string

/**
 * Reads the address of a client: that of the connection, or what trusted proxies say in `X-Forwarded-For`. `trustProxy` is
 * as Fastify takes it: false, true for all, or a list of addresses.
 */
export function addressReader(trustProxy: boolean | string[]): AddressReader {
  if (trustProxy === false) return ({ socket }) => socket.remoteAddress ?? ''
  const trusts = trustProxy === true ? () => true : proxyAddr.compile(trustProxy)
  return (request) => (request.socket.remoteAddress === undefined ? '' : proxyAddr(request, trusts))
}

/** Gives each request its `clientAddress`. */
export function registerClientAddress(app: FastifyInstance, addressOf: AddressReader): void {
  app.decorateRequest('clientAddress', {
    getter() {
      return addressOf(this.raw)
    },
  })
}

/** An IPv4 address as a socket for both families shows it. */
const MAPPED = '::ffff:'
/** An address with the port of the connection, as some proxies write it: `203.0.113.7:4711`, `[2001:db8::1]:443`. */
const WITH_PORT = /^(?:([\d.]+):\d+|\[([^\]]+)\](?::\d+)?)$/
/** How much of a text that is no address is used, in characters. */
const MAX_TEXT = 64

/**
 * The network that a client is counted by: its IPv4 address, or the /64 of its IPv6 address, since a client has all
 * addresses of one. The beginning of a text that is no address, as a proxy may send.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, MAX_TEXT)
  const [, v4, v6] = WITH_PORT.exec(address) ?? []
  const ip = v4 ?? v6 ?? address
  if (ip.startsWith(MAPPED) && ip.includes('.')) return ip.slice(MAPPED.length)
  if (!ipaddr.isValid(ip)) return ip.slice(0, MAX_TEXT)
  const parsed = ipaddr.process(ip)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  return `${new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0])}/64`
}
