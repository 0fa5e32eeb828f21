/** Child processes, each on the core it is given where the system allows, and none left behind. */
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

export const SERVER_CORE = 0
export const LOAD_CORE = 1
const ALL_CORES = `0-${cpus().length - 1}`

/** How long a server may take to say where it serves, and how long it has to end, in milliseconds. */
const START_DEADLINE = 60_000
const STOP_DEADLINE = 12_000
/** Clock ticks of /proc a second; 100 on every Linux that Node runs on. */
const TICKS = 100

/** Whether processes can be pinned to a core each. */
export const canPin =
  availableParallelism() > 1 &&
  spawnSync('taskset', ['-c', String(SERVER_CORE), 'true'], { stdio: 'ignore' }).status === 0

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()

/** Kills every child that still runs; for the end of this process, however it comes. */
export function killAll() {
  for (const child of children) child.kill('SIGKILL')
}

/** Moves this process, the load generator, off the servers' core; or on all cores, for a server that may use all. */
export function pinLoad(isOnAllCores = false) {
  const cores = isOnAllCores ? ALL_CORES : String(LOAD_CORE)
  if (canPin) spawnSync('taskset', ['-acp', cores, String(process.pid)], { stdio: 'ignore' })
}

/**
 * The command that runs another on these cores.
 * @param {string} cores as taskset takes them
 * @param {string[]} command
 */
const onCores = (cores, command) => (canPin ? ['taskset', '-c', cores, ...command] : command)

/**
 * @param {string[]} args what node runs
 * @param {Record<string, string>} env settings beside those of this process
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {boolean} isPinned whether it has the servers' core only, and not all
 */
function spawnNode(args, env, stdio, isPinned = true) {
  const command = [process.execPath, ...args]
  const [file = '', ...rest] = onCores(isPinned ? String(SERVER_CORE) : ALL_CORES, command)
  const child = spawn(file, rest, { env: { ...process.env, NODE_ENV: 'production', ...env }, stdio })
  children.add(child)
  child.once('close', () => children.delete(child))
  return child
}

/**
 * Runs a script to its end; throws if it fails.
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
export async function run(args, env = {}) {
  const child = spawnNode(args, env, ['ignore', 'inherit', 'inherit'])
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`)
}

/**
 * Starts a server, and waits until it prints the address at which it serves.
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {boolean} isPinned whether it has one core, and not all
 */
export async function startServer(args, env = {}, isPinned = true) {
  const child = spawnNode(args, env, ['ignore', 'pipe', 'inherit'], isPinned)
  const url = await addressOf(child, args)
  child.stdout?.resume()
  return {
    url,
    /** Its resident memory in bytes; undefined where the system does not report it. */
    memory: () => memoryOf(child.pid),
    /** The most that it has had so far, in bytes. */
    peakMemory: () => numberIn(`/proc/${child.pid}/status`, /^VmHWM:\s+(\d+) kB$/m, 1_024),
    /** That of the processes that it has started, in bytes. */
    childMemory: () => childrenOf(child.pid).reduce((sum, pid) => sum + (memoryOf(pid) ?? 0), 0),
    /** The processor time that it has used so far, and those that it has started. */
    processorSeconds: () => sumOf([child.pid, ...childrenOf(child.pid)].map(processorSeconds)),
    stop: () => stop(child),
  }
}

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string[]} args
 * @returns {Promise<string>}
 */
function addressOf(child, args) {
  return new Promise((resolve, reject) => {
    let said = ''
    const fail = (/** @type {string} */ why) => reject(new Error(`node ${args.join(' ')} ${why}: ${said}`))
    const deadline = setTimeout(() => fail('does not serve'), START_DEADLINE)
    child.once('close', (code) => fail(`ended with ${code}`))
    child.stdout?.on('data', (chunk) => {
      said += chunk
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? []
      if (address === undefined) return
      clearTimeout(deadline)
      child.stdout?.removeAllListeners('data')
      resolve(address)
    })
  })
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE)
  await ended
  clearTimeout(deadline)
}

/** @param {(number | undefined)[]} numbers */
const sumOf = (numbers) => (numbers.includes(undefined) ? undefined : numbers.reduce((sum, number) => sum + number, 0))

/**
 * The processor time a process has used so far, in its own code and in the kernel's.
 * @param {number | string | undefined} pid
 */
function processorSeconds(pid) {
  const fields = textOf(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** @param {number | string | undefined} pid */
const memoryOf = (pid) => numberIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m, 1_024)

/**
 * The processes that a process has started, by all of its threads.
 * @param {number | undefined} pid
 */
function childrenOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.flatMap((thread) => (textOf(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean))
}

/**
 * @param {string} file
 * @param {RegExp} pattern
 * @param {number} factor
 */
function numberIn(file, pattern, factor) {
  const found = pattern.exec(textOf(file) ?? '')
  return found ? Number(found[1]) * factor : undefined
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
