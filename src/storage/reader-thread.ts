/**
 * The thread that runs queries whose cost a client decides, so that no other request waits for them. Each message is a
 * statement with a number, and is answered with its rows or its error and the same number; `end` ends the thread.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type BoundStatement, boundedConnection } from './bounded-statements.ts'
import { codesOf } from './storage.ts'

const { path, deadline } = workerData as { path: string; deadline: number }
const connection = boundedConnection(path, deadline)

parentPort?.on('message', (message: 'end' | (BoundStatement & { id: number })) => {
  if (message === 'end') {
    connection.close()
    parentPort?.close()
    return
  }
  const { id, ...statement } = message
  try {
    parentPort?.postMessage({ id, rows: connection.rows(statement) })
  } catch (error) {
    const [code] = codesOf(error)
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error), code })
  }
})
