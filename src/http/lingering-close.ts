/** Replies that are sent before the whole request has arrived: it is too large, of the wrong type, or not allowed. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { exemptFromTimeout } from './timeout-exemption.ts'

/** How much of a body is read and discarded. */
export interface DiscardLimits {
  bytes: number
  /** The longest time in all, in milliseconds. */
  total: number
  /** The longest time in which no byte arrives, in milliseconds. */
  idle: number
}

const LIMITS: DiscardLimits = { bytes: 64 * 1024 * 1024, total: 30_000, idle: 5_000 }

/** Requests with `Expect: 100-continue` whose client has not been sent the 100 yet. */
const awaitingContinue = new WeakSet<IncomingMessage>()

/**
 * Sends the 100 that a client with `Expect: 100-continue` waits for when its body begins to be read, and not before: a
 * reply sent before that spares the client the body (RFC 9110, section 10.1.1).
 */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  awaitingContinue.add(request)
  request.on('newListener', (event) => {
    if ((event === 'data' || event === 'readable') && awaitingContinue.delete(request)) response.writeContinue()
  })
}

/**
 * The payload of a reply. While the body of the request is still arriving, the payload is a stream that ends only after
 * that body: if the connection were closed while the client writes, it would be reset and the reply lost (RFC 9112,
 * section 9.6).
 */
export function afterRequestBody(request: FastifyRequest, reply: FastifyReply, text: string): string | Readable {
  const { raw, method } = request
  if (hasArrived(raw) || method === 'HEAD' || !hasBody(raw)) return text
  exemptFromTimeout(raw, reply.raw)
  reply.header('content-length', Buffer.byteLength(text))
  // No buffer: the generator is resumed, and reads the rest of the body, only when the text has been sent.
  return Readable.from(textThenDiscard(raw, reply.raw, text), { objectMode: false, highWaterMark: 0 })
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

async function* textThenDiscard(raw: IncomingMessage, response: ServerResponse, text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
  await discardRest(raw, response)
}

/** Discards what is left of the body of a request whose reply has been sent and not been ended; ends the connection at a limit. */
export async function discardRest(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isLast = !response.shouldKeepAlive || response.getHeader('connection') === 'close'
  // A client that reads until the connection ends need not wait for the end of its own body.
  if (isLast) request.socket.end()
  if (!(await discardBody(request, LIMITS))) request.destroy()
}

/** Whether the body of a request has arrived, or is not expected: its client waits for the 100 that it was not sent. */
export const hasArrived = (request: IncomingMessage): boolean => request.complete || awaitingContinue.has(request)

/** Reads the rest of a body and discards it. Resolves to whether its end arrived within the limits. */
export function discardBody(body: Readable, limits: DiscardLimits): Promise<boolean> {
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
