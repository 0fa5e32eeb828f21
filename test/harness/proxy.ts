import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy before a PostgreSQL server, whose connections can be cut or kept silent. */
export async function databaseProxy(url: string) {
  const target = new URL(url)
  const socketFolder = target.searchParams.get('host')
  const port = Number(target.port || 5432)
  const open = new Set<Socket>()
  let isSilent = false

  const server = createServer((client) => {
    const upstream = socketFolder ? connect(`${socketFolder}/.s.PGSQL.${port}`) : connect(port, target.hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('data', (bytes) => {
        if (!isSilent) to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port: own } = server.address() as { port: number }
  target.searchParams.delete('host')
  target.host = `127.0.0.1:${own}`
  return {
    url: target.href,
    /** Nothing passes any more, as in a network that drops packets; what was sent is lost. */
    silence() {
      isSilent = true
    },
    /** Ends all connections, and takes no new ones. */
    async cut() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
    /** Takes connections again; those that were silent are ended. */
    async restore() {
      isSilent = false
      for (const socket of open) socket.destroy()
      if (!server.listening) await listen(own)
    },
  }
}
