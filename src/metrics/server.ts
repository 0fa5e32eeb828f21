import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from './registry.ts'

/**
 * Serves `/metrics` at a port of its own, so that no proxy of the service makes them public; gives their address. Throws if
 * it cannot listen.
 */
export function serveMetrics(
  metrics: Metrics,
  { host, port }: { host: string; port: number },
): Promise<{ address: string; close(): void }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') return void response.writeHead(404).end()
    metrics.read().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(503).end(),
    )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () =>
      resolve({
        address: `http://${host}:${(server.address() as AddressInfo).port}/metrics`,
        close: () => server.close().closeAllConnections(),
      }),
    )
  })
}
