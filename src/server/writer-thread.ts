/** The writer thread: see `startWriterThread`. Its data are the settings. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Config } from '../config.ts'
import { calls } from '../runtime/calls.ts'
import { PortStream } from '../runtime/port-stream.ts'
import { startBackground } from './background-tasks.ts'
import { type OpenApplication, openApplication } from './open-application.ts'
import type { ReaderCalls, WriterCalls } from './writer-calls.ts'

if (!parentPort) throw new Error('this runs in a thread')

let application: OpenApplication | undefined
let background: ReturnType<typeof startBackground> | undefined
let isBroken = false

const call = calls<ReaderCalls>(parentPort, {
  async open() {
    application = await openApplication(workerData as Config, {
      output: { write: (line) => void call('log', [line]) },
      addCounts: (counts) => call('addCounts', [counts]),
    })
    const { app, storage } = application
    storage.onCommit(() => call('committed', []))
    storage.onFailure(({ message, mustStop }) => {
      isBroken ||= mustStop
      void call('failed', [{ message, mustStop }])
    })
    await app.ready()
  },

  connect(port, remoteAddress) {
    const connection = new PortStream(port, remoteAddress)
    if (application) application.app.server.emit('connection', connection)
    else connection.destroy()
  },

  lead() {
    if (application) background ??= startBackground(application)
  },

  async readCounts() {
    if (application?.measured === undefined) return []
    const { threadCounts } = await import('../metrics/registry.ts')
    return threadCounts(application.measured)
  },

  async stop() {
    await application?.app.close()
    await background?.stop()
    await application?.free(isBroken)
  },
} satisfies WriterCalls)
