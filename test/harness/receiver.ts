import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message as it arrived. */
export interface Received {
  id: string
  headers: IncomingHttpHeaders
  text: string
  type: string
  data: {
    seq?: number
    article?: { id: string; slug: string; version: number }
    gone?: boolean
    edition?: { headline: string } | null
    author?: { id: string; slug: string }
  }
}

export type Answer = (reply: ServerResponse, message: Received, request: IncomingMessage) => void

export const status =
  (code: number, text = ''): Answer =>
  (reply) =>
    void reply.writeHead(code).end(text)

export interface Receiver {
  url: string
  received: Received[]
  /** How it answers from now on. */
  answer: Answer
  /** The slugs of the articles in its messages, in the order of arrival. */
  slugs(): (string | undefined)[]
  /** Resolves when so many messages have arrived since it was made. */
  has(count: number): Promise<void>
  close(): Promise<void>
}

/** A real receiver on the loopback interface; it answers 204 unless set otherwise. */
export async function receiver(answer: Answer = status(204)): Promise<Receiver> {
  const waiting: { count: number; resolve: () => void }[] = []
  const server = createServer(async (request, reply) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const text = Buffer.concat(pieces).toString()
    const message = { ...JSON.parse(text), id: String(request.headers['webhook-id']), headers: request.headers, text }
    self.received.push(message)
    self.answer(reply, message, request)
    for (const { count, resolve } of waiting) if (self.received.length >= count) resolve()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const self: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    answer,
    slugs: () => self.received.map(({ data }) => data.article?.slug),
    has: (count) =>
      new Promise((resolve) => {
        if (self.received.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return self
}
