import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
// @ts-expect-error: plain JavaScript, since what starts PostgreSQL loads it as it is.
import { dataHome } from './data-home.js'

/** The service as it was built for this run of the tests. */
const built = join(process.env.TEST_BUILD ?? '', 'sqlite')
/** The options of Node.js with which `npm start` runs it. */
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const [, flags = ''] = /exec node (.*?) dist/.exec(scripts.start) ?? []
const FLAGS = flags.split(' ')

export type CommandLine = ReturnType<typeof commandLine>

/** The command line. Its processes run in a folder that is new and is removed with them. */
export function commandLine() {
  const folder = mkdtempSync(join(dataHome, 'dateline-cli-'))
  const children = new Set<ReturnType<typeof spawn>>()

  /** A process of the command line, with no more of an environment than this. */
  const start = (args: string[], environment: Record<string, string> = {}, stdout?: number) =>
    run([...FLAGS, join(built, 'cli/main.js'), ...args], environment, stdout)

  /** A process of Node; its standard output is `stdout`, a file descriptor, or read. */
  function run(args: string[], environment: Record<string, string> = {}, stdout?: number) {
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', stdout ?? 'pipe', 'pipe'],
      cwd: folder,
      env: { LOG_LEVEL: 'error', DRAIN_SECONDS: '0', ...environment },
    }) as ChildProcessWithoutNullStreams
    children.add(child)
    const result = { code: null as number | null, out: '', err: '' }
    // Null where the output goes to a file.
    child.stdout?.on('data', (text) => {
      result.out += text
    })
    child.stderr.on('data', (text) => {
      result.err += text
    })
    const ended = new Promise<typeof result>((resolve) => {
      child.on('close', (code) => resolve({ ...result, code }))
    })
    const said = (text: string) =>
      new Promise<string>((resolve, reject) => {
        child.stdout.on('data', () => {
          if (result.out.includes(text)) resolve(result.out)
        })
        child.on('close', () => reject(new Error(`it ended before it said "${text}": ${result.err}`)))
      })
    return { child, said, ended }
  }

  return {
    folder,
    start,
    run,
    /** Ends what still runs, as after a test that failed. */
    remove: () => {
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
