/**
 * Loaded into a process: notes the turns of its event loop by their processor time (Linux). What is measured is the time
 * between two timers of a millisecond, in which a turn or two are. Those of more than 10 ms are written to the file
 * `LONG_TURNS`; a parent that sends a message gets the longest since its last one, and the time in all.
 */
import { appendFileSync, openSync, readSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const { LONG_TURNS: file, LONG_TURNS_PID: watched } = process.env
const { channel } = process

/** Only the process that was started: those that it starts itself inherit the environment. */
if ((file || channel) && isMainThread && watched === undefined) {
  process.env.LONG_TURNS_PID = String(process.pid)
  if (file) writeFileSync(file, '')
  const statistics = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
  const line = Buffer.alloc(64)
  const processorTime = () => {
    const length = readSync(statistics, line, 0, line.length, 0)
    return Number(line.toString('latin1', 0, length).split(' ')[0]) / 1e6
  }
  let last = processorTime()
  let longest = 0
  setInterval(() => {
    const now = processorTime()
    longest = Math.max(longest, now - last)
    if (file && now - last > 10) appendFileSync(file, `${Date.now()} ${(now - last).toFixed(1)}\n`)
    last = now
  }, 1).unref()
  process.on('message', () => {
    process.send({ longest, total: processorTime() })
    longest = 0
  })
  channel?.unref()
}
