/**
 * Loaded into a process: writes to the file `LONG_TURNS` when a turn of its event loop had more than 10 ms of processor time
 * (Linux). What is measured is the time between two timers of a millisecond, in which a turn or two are.
 */
import { appendFileSync, openSync, readSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const { LONG_TURNS: file, LONG_TURNS_PID: watched } = process.env

/** Only the process that was started: those that it starts itself inherit the environment. */
if (file && isMainThread && watched === undefined) {
  process.env.LONG_TURNS_PID = String(process.pid)
  writeFileSync(file, '')
  const statistics = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
  const line = Buffer.alloc(64)
  const processorTime = () => {
    const length = readSync(statistics, line, 0, line.length, 0)
    return Number(line.toString('latin1', 0, length).split(' ')[0]) / 1e6
  }
  let last = processorTime()
  setInterval(() => {
    const now = processorTime()
    if (now - last > 10) appendFileSync(file, `${Date.now()} ${(now - last).toFixed(1)}\n`)
    last = now
  }, 1).unref()
}
