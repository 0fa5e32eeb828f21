/** A bucket: s3rver, which checks no signatures of version 4, behind a server that checks them by the signer of AWS. */
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignatureV4 } from '@smithy/signature-v4'
import S3rver from 's3rver'
import { closeLater } from './cleanup.ts'
import { temporaryFolder } from './storage.ts'

/** The key that s3rver knows. */
export const s3Key = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' }
const REGION = 'eu-1'

/** SHA-256, or HMAC with a secret, as the signer takes it. */
class Sha256 {
  readonly #hash
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(secret as Uint8Array))
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
}

const signer = new SignatureV4({
  service: 's3',
  region: REGION,
  credentials: { accessKeyId: s3Key.AWS_ACCESS_KEY_ID, secretAccessKey: s3Key.AWS_SECRET_ACCESS_KEY },
  sha256: Sha256,
  // Paths are not escaped twice in S3.
  uriEscapePath: false,
  applyChecksum: false,
})

/** What is wrong with the signature of a request, or with the checksum of its body; undefined if nothing is. */
async function faultIn({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Promise<string | undefined> {
  const { authorization = '', host = '', 'x-amz-date': date = '', 'x-amz-content-sha256': checksum } = headers
  if (checksum !== createHash('sha256').update(body).digest('hex')) return 'XAmzContentSHA256Mismatch'
  const { pathname, searchParams } = new URL(url, `http://${host}`)
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? []
  const expected = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: host,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(names.split(';').map((name) => [name, String(headers[name] ?? '')])),
    },
    { signingDate: timeOf(String(date)) },
  )
  return expected.headers.authorization === authorization ? undefined : 'SignatureDoesNotMatch'
}

/** `20300101T120000Z`, as it is signed. */
const timeOf = (date: string): Date =>
  new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

export interface Bucket {
  /** The settings with which files are in it. */
  settings: Record<string, string> & { MEDIA_DIR: string }
  /** The address of the server. */
  endpoint: string
  /** The requests so far: the method, and what was wrong with the signature. */
  requests: { method: string; fault: string | undefined }[]
}

/** A bucket of its own, until the end of the test file. */
export async function bucket(): Promise<Bucket> {
  const s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: await temporaryFolder(),
    configureBuckets: [{ name: 'press', configs: [] }],
  })
  const { port } = await s3.run()
  const requests: Bucket['requests'] = []
  const server = createServer(async (request, reply) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = Buffer.concat(pieces)
    const fault = await faultIn(request, body)
    requests.push({ method: request.method ?? '', fault })
    if (fault) return void reply.writeHead(403).end(`<Error><Code>${fault}</Code></Error>`)
    await pass(request, body, port, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeLater(async () => {
    server.close()
    server.closeAllConnections()
    await s3.close()
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = { MEDIA_DIR: `s3://press/pictures?endpoint=${endpoint}&region=${REGION}`, ...s3Key }
  return { settings, endpoint, requests }
}

async function pass(
  { method = '', url = '', headers }: IncomingMessage,
  body: Buffer,
  port: number,
  reply: ServerResponse,
) {
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.has(name))) as Record<string, string>
  const response = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: own,
    ...(body.length > 0 && { body }),
  })
  reply.writeHead(response.status, Object.fromEntries(response.headers) as IncomingHttpHeaders)
  reply.end(Buffer.from(await response.arrayBuffer()))
}

/** Headers of one connection. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length'])
