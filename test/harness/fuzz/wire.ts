/** Sends generated requests over one connection that stays open, and writes them down for people. */
import type { Response } from 'supertest'
import { Pool as Connections } from 'undici'
import type { Sent } from './requests.ts'

export interface Received {
  status: number
  type: string
  headers: Record<string, unknown>
  text: string
  body: unknown
}

/** Sends to the service at this address; `authorization` is the header of each role, if it has one. */
export function wire(url: string, authorization: (request: Sent) => string | undefined) {
  const connections = new Connections(url, { connections: 1, bodyTimeout: 30_000, headersTimeout: 30_000 })

  async function send(request: Sent): Promise<Received> {
    const { method, path, body } = request
    const token = authorization(request)
    const reply = await connections.request({
      method: method as 'GET',
      path,
      headers: { ...request.headers, ...(token && { authorization: token }) },
      body: body ?? null,
    })
    const type = String(reply.headers['content-type'] ?? '').split(';')[0] ?? ''
    const { statusCode: status, headers } = reply
    // A stream goes on for ever; that it began is all there is to see.
    if (type === 'text/event-stream') {
      reply.body.on('error', () => {}).destroy()
      return { status, type, headers, text: '', body: {} }
    }
    const text = await reply.body.text()
    return { status, type, headers, text, body: /\bjson$/.test(type) && text !== '' ? JSON.parse(text) : {} }
  }
  return { send, close: () => connections.destroy() }
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The request as a command line; bytes that are no text are lost in it. */
export function curlOf({ role, method, path, headers, body }: Sent): string {
  const shown = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)
  const data = body ? [`--data-binary ${quoted(body.toString().slice(0, 4_000))}`] : []
  const how = method === 'HEAD' ? ['--head'] : ['-X', method]
  return [
    'curl -i --path-as-is',
    ...how,
    quoted(`http://localhost:3000${path}`),
    ...shown,
    ...data,
    `# as ${role}`,
  ].join(' ')
}

/** The reply as the check of the contract takes it, which is made for those of supertest. */
export const asResponse = ({ method, path }: Sent, reply: Received): Response =>
  ({ ...reply, request: { method, url: path } }) as unknown as Response
