import { MessageChannel } from 'node:worker_threads'
import type { FastifyInstance } from 'fastify'
import { forwardTo } from '../../src/http/forward.ts'
import { PortStream } from '../../src/runtime/port-stream.ts'

/** What forwards requests to an application, as to one in the writer thread of a service. */
export const forwardToApp = (app: () => FastifyInstance) =>
  forwardTo((remoteAddress) => {
    const { port1, port2 } = new MessageChannel()
    app().server.emit('connection', new PortStream(port2, remoteAddress))
    return new PortStream(port1)
  })
