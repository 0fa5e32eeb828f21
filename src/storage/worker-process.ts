import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process for work that blocks for long inside SQLite: unlike a thread it can be ended at any time. */
export interface WorkerProcess {
  /** Kills the process; resolves when it is gone. */
  kill(): Promise<void>
  /** Lets this process exit while the other still runs. */
  unref(): void
  /** Resolves when the process is gone. */
  ended: Promise<void>
}

/**
 * Starts `<name>-process` of this folder. It sends messages to `onMessage`. This process does not exit before it, unless
 * `unref` is called.
 */
export function workerProcess<T>(name: string, args: string[], onMessage: (message: T) => void): WorkerProcess {
  const file = fileURLToPath(new URL(`${name}-process.js`, import.meta.url))
  const child = fork(file, args, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const ended = new Promise<void>((resolve) => {
    // Its last messages may arrive after its end.
    child.once('exit', () => (child.connected ? child.once('disconnect', resolve) : resolve()))
    child.once('error', () => resolve())
  })
  child.on('message', (message) => onMessage(message as T))
  return {
    ended,
    unref() {
      child.unref()
      child.channel?.unref()
    },
    kill() {
      // Without this nothing would be left to wake this process at the end of the other.
      child.ref()
      child.channel?.ref()
      child.kill('SIGKILL')
      return ended
    },
  }
}
