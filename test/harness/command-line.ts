import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export type CommandLine = ReturnType<typeof commandLine>

/** The folder of builds, inside node_modules, so that a build finds its packages. */
const builds = join(root, 'node_modules/.cache/dateline-cli')

/** The folder with the present sources compiled: built once, however many test files and runs ask for it. */
function build(): string {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  const state = sources
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).mtimeMs}`)
  const built = join(builds, createHash('sha256').update(state.join('\n')).digest('hex').slice(0, 16))
  if (existsSync(built)) return built
  mkdirSync(builds, { recursive: true })
  const fresh = mkdtempSync(join(builds, 'fresh-'))
  for (const name of ['migrations', 'package.json']) symlinkSync(join(root, name), join(fresh, name))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(fresh, 'dist')], { cwd: root })
  try {
    renameSync(fresh, built)
  } catch {
    // Another test file has built the same meanwhile.
    rmSync(fresh, { recursive: true })
  }
  return built
}

/** The command line. Its processes run in a folder that is new and is removed with them. */
export function commandLine() {
  const built = build()
  const folder = mkdtempSync(join(tmpdir(), 'dateline-cli-'))
  const children = new Set<ReturnType<typeof spawn>>()

  /** A process of the command line, with no more of an environment than this. */
  const start = (args: string[], environment: Record<string, string> = {}, stdout?: number) =>
    run([join(built, 'dist/cli/main.js'), ...args], environment, stdout)

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
    built,
    start,
    run,
    /** Ends what still runs, as after a test that failed. */
    remove: () => {
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
