/** Requests that stay open, such as streams of changes: they end when their key is no longer valid. */
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../access/roles.ts'

/** How often the keys of open requests are checked for changes by other processes, in milliseconds. */
const CHECK_INTERVAL = 1_000

export interface OpenRequest {
  /** Aborts when the key of the request is revoked, rotated or expired, or has another grant. */
  signal: AbortSignal
  /** Stops watching the key; for the end of the request. */
  stop(): void
}

export interface OpenRequests {
  watch(request: FastifyRequest): OpenRequest
  /** Checks the keys of all open requests now: for after a change of a key in this process. */
  check(): Promise<void>
}

/**
 * Watches the keys of open requests. `identify` gives the caller that the key of a request belongs to now. Each key is
 * looked for once in each check, however many requests it has open; nothing runs while no request is open.
 */
export function openRequests(identify: (request: FastifyRequest) => Promise<Caller | undefined>): OpenRequests {
  const open = new Map<string, Map<AbortController, FastifyRequest>>()
  let timer: NodeJS.Timeout | undefined

  async function checkKey(requests: Map<AbortController, FastifyRequest>): Promise<void> {
    const [first] = requests.values()
    if (!first) return
    const current = await identify(first)
    for (const [ending, { caller }] of requests)
      if (!current || JSON.stringify(current.grant) !== JSON.stringify(caller.grant)) ending.abort()
  }

  /** While the database does not answer, nobody is known to have lost access. */
  const check = async (): Promise<void> => {
    await Promise.all([...open.values()].map((requests) => checkKey(requests).catch(() => {})))
  }

  return {
    watch(request) {
      const ending = new AbortController()
      const { authorization = '' } = request.headers
      const requests = open.get(authorization) ?? new Map<AbortController, FastifyRequest>()
      open.set(authorization, requests.set(ending, request))
      timer ??= setInterval(check, CHECK_INTERVAL).unref()
      return {
        signal: ending.signal,
        stop() {
          requests.delete(ending)
          if (requests.size === 0 && open.get(authorization) === requests) open.delete(authorization)
          if (open.size > 0) return
          clearInterval(timer)
          timer = undefined
        },
      }
    },
    check,
  }
}
