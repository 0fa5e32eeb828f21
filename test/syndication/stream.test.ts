import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { callerWithoutKey } from '../../src/access/roles.ts'
import { serializerCompiler } from '../../src/http/serializer.ts'
import { validatorCompiler } from '../../src/http/validation.ts'
import type { SyndicationDeps } from '../../src/syndication/routes.ts'
import { registerStream } from '../../src/syndication/stream.ts'

it('ends for a client that has gone while its key was looked for', async () => {
  const app = fastify()
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler)
  app.addHook('preHandler', async (request, reply) => {
    request.caller = callerWithoutKey('key', 'A partner', 'partner')
    client.destroy()
    await once(reply.raw, 'close')
  })
  const outcome = new Promise((resolve) => {
    const deps = {
      storage: {},
      // The first thing that an open stream waits for.
      follower: { latest: () => new Promise(() => resolve('it goes on')) },
      notifier: { closed: new AbortController().signal },
      openRequests: { watch: () => ({ signal: new AbortController().signal, stop: () => resolve('it has ended') }) },
    }
    registerStream(app, deps as unknown as SyndicationDeps)
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const client = get(`http://127.0.0.1:${port}/changes/stream`).on('error', () => {})
  expect(await outcome).toBe('it has ended')
  await app.close()
})
