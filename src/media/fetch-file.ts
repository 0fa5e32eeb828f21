/** Fetches files from the public internet. */
import type { Dispatcher } from 'undici'
import { AddressNotAllowed, ssrfAgent } from '../http/ssrf-agent.ts'
import type { HostLookup } from '../http/url-policy.ts'
import { Problem } from '../lib/problem.ts'
import type { FilesFull, FilesUnavailable, ReceivedFile } from './files/file-store.ts'
import { receiveFile } from './files/receive.ts'
import type { Destination } from './upload-body.ts'

/** Fetches the file at an address. Throws `url-not-allowed`, `too-large`, and `unreadable` if it does not come. */
export type FetchFile = (url: string, destination: Destination) => Promise<ReceivedFile>

/** How long a server may be silent, and how long a file may take in all, in milliseconds. */
const SILENCE = 10_000
const TIMEOUT = 60_000
const MAX_REDIRECTS = 5

/** The client for files. Each connection, after a redirect too, is to the public internet or to an `allowed` host. */
export function fileFetcher(
  allowed: readonly string[],
  { lookup, checkUrl }: { lookup: HostLookup; checkUrl: (url: string) => Promise<void> },
): FetchFile {
  let agent: ReturnType<typeof ssrfAgent> | undefined

  async function responseTo(url: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    agent ??= ssrfAgent(allowed, lookup, SILENCE)
    let address = url
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      await checkUrl(address)
      const { origin, pathname, search } = new URL(address)
      const path = pathname + search
      const response = await (await agent).request({ origin, path, method: 'GET', signal })
      const { location } = response.headers
      if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== 'string') return response
      response.body.on('error', () => {}).destroy()
      if (!URL.canParse(location, address)) throw unreachable('is redirected to what is no address')
      address = new URL(location, address).href
    }
    throw unreachable(`is redirected more than ${MAX_REDIRECTS} times`)
  }

  return async (url, destination) => {
    const signal = AbortSignal.timeout(TIMEOUT)
    try {
      const { statusCode, body } = await responseTo(url, signal)
      if (statusCode === 200) return await receiveFile(body, destination)
      body.on('error', () => {}).destroy()
      throw unreachable(`is answered with the status ${statusCode}`)
    } catch (error) {
      throw problemFor(error)
    }
  }
}

const unreachable = (message: string): Problem =>
  new Problem('unreadable', `url ${message}`, {
    errors: [{ in: 'body', pointer: '/url', code: 'unreachable', message }],
  })

/** A problem or an error of the store as it is; any other error is one of the network. */
function problemFor(error: unknown): Problem | FilesFull | FilesUnavailable {
  const names = ['Problem', 'FilesFull', 'FilesUnavailable']
  if (error instanceof Error && names.includes(error.name)) return error as Problem
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof AddressNotAllowed)
      return new Problem('url-not-allowed', 'url must lead to a host of the public internet', {
        errors: [{ in: 'body', pointer: '/url', code: 'url_not_allowed', message: 'must lead to a public host' }],
      })
  return unreachable('cannot be fetched')
}
