/** Replies that are ready before the whole request has come: to what is too large, of the wrong kind, or not allowed. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { exemptFromTimeout } from './timeout-exemption.ts'

/** How much of a body that nobody wants is read, in bytes, and for how long, in milliseconds: in all, and for nothing. */
export interface Limits {
  bytes: number
  total: number
  idle: number
}

const LIMITS: Limits = { bytes: 64 * 1024 * 1024, total: 30_000, idle: 5_000 }

/** Requests whose client sends the body only when it is asked to, and was not asked so far. */
const waiting = new WeakSet<IncomingMessage>()

/** Limits of time, in milliseconds. */
interface Timeouts {
  keepAliveTimeout: number
  requestTimeout: number
  connectionTimeout: number
}

/**
 * Makes HTTP servers that answer `Expect: 100-continue` only once something begins to read the body: until then a reply
 * may come that makes sending it needless (RFC 9110, section 10.1.1).
 */
export const serverFactory =
  (timeouts: Timeouts) =>
  (handler: RequestListener): Server => {
    const { keepAliveTimeout, requestTimeout, connectionTimeout } = timeouts
    const server = createServer({ keepAliveTimeout, requestTimeout }, handler)
    server.setTimeout(connectionTimeout)
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      waiting.add(request)
      request.on('newListener', (event) => {
        if ((event === 'data' || event === 'readable') && waiting.delete(request)) response.writeContinue()
      })
      handler(request, response)
    })
    return server
  }

/**
 * The text of a reply as its payload. Where the body of the request is still to come, the reply ends only behind it: a
 * connection that is closed while the client writes is reset, and what was answered is lost (RFC 9112, section 9.6).
 */
export function behindBody(request: FastifyRequest, reply: FastifyReply, text: string): string | Readable {
  const { raw, method } = request
  if (raw.complete || waiting.has(raw) || method === 'HEAD' || !hasBody(raw)) return text
  exemptFromTimeout(request, reply)
  reply.header('content-length', Buffer.byteLength(text))
  // Without a buffer of its own: what comes behind the text is asked for only once the text was sent.
  return Readable.from(withRest(raw, reply.raw, text), { objectMode: false, highWaterMark: 0 })
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

async function* withRest(raw: IncomingMessage, response: ServerResponse, text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
  const isLast = !response.shouldKeepAlive || response.getHeader('connection') === 'close'
  // Who waits for the end of the connection need not wait for the end of the body.
  if (isLast) raw.socket.end()
  if (!(await discard(raw, LIMITS))) raw.destroy()
}

/** Reads what is still to come of a body and keeps nothing of it. Gives whether it came to its end within the limits. */
export function discard(body: Readable, limits: Limits): Promise<boolean> {
  return new Promise((resolve) => {
    let left = limits.bytes
    const end = (isWhole: boolean) => {
      for (const timer of [total, idle]) clearTimeout(timer)
      body.off('data', count).off('end', whole).off('close', cut).off('error', cut)
      resolve(isWhole)
    }
    const [whole, cut] = [() => end(true), () => end(false)]
    const total = setTimeout(cut, limits.total).unref()
    const idle = setTimeout(cut, limits.idle).unref()
    const count = (chunk: Buffer) => {
      idle.refresh()
      left -= chunk.length
      if (left < 0) cut()
    }
    body.on('data', count).once('end', whole).once('close', cut).once('error', cut)
    body.resume()
  })
}
