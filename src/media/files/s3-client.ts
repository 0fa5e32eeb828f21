/** Signed requests to S3 (AWS Signature Version 4). */
import type { Readable } from 'node:stream'
import { AwsV4Signer } from 'aws4fetch'
import type { Dispatcher } from 'undici'
import { FilesUnavailable } from './file-store.ts'

/** A place in a bucket, and the key to it. */
export interface S3Address {
  /** The address of the bucket, without a slash at the end. */
  url: string
  /** What the keys of all files begin with. */
  prefix: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

/**
 * The place that `s3://bucket/prefix?endpoint=…&region=…` names. The bucket is a part of the path: every server takes
 * that. Without an endpoint it is AWS. Gives undefined if the text is no such address.
 */
export function s3AddressOf(
  text: string,
  { accessKeyId, secretAccessKey }: Pick<S3Address, 'accessKeyId' | 'secretAccessKey'>,
): S3Address | undefined {
  if (!/^s3:\/\//.test(text) || !URL.canParse(text)) return undefined
  const { hostname: bucket, pathname, searchParams } = new URL(text)
  const region = searchParams.get('region') ?? 'us-east-1'
  const endpoint = searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`
  if (bucket === '' || !/^https?:/.test(endpoint) || !URL.canParse(endpoint)) return undefined
  const folder = pathname.replace(/^\/+|\/+$/g, '')
  return {
    url: `${endpoint.replace(/\/+$/, '')}/${bucket}`,
    prefix: folder === '' ? '' : `${folder}/`,
    region,
    accessKeyId,
    secretAccessKey,
  }
}

interface S3Request {
  key?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: Readable
}

/** How long the server may be silent, in milliseconds. */
const SILENCE = 30_000
/** The hash of no body. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Gives the function that sends a request. It throws `FilesUnavailable` if there is no reply. */
export function s3Client({ url, region, accessKeyId, secretAccessKey }: S3Address) {
  const cache = new Map<string, ArrayBuffer>()
  return async (method: Dispatcher.HttpMethod, { key = '', query = {}, headers = {}, body }: S3Request) => {
    const address = new URL(`${url}/${key}`)
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
    const signer = new AwsV4Signer({
      method,
      url: address.href,
      headers: { 'x-amz-content-sha256': EMPTY, ...headers },
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
      cache,
    })
    const signed = await signer.sign()
    // Loaded at the first request: it takes memory that an installation with a folder does not need.
    const { request } = await import('undici')
    try {
      return await request(signed.url, {
        method,
        headers: { ...Object.fromEntries(signed.headers), ...headers },
        body: body ?? null,
        headersTimeout: SILENCE,
        bodyTimeout: SILENCE,
      })
    } catch (error) {
      throw new FilesUnavailable('the bucket cannot be reached', { cause: error })
    }
  }
}
