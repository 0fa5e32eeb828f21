import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export type CommandLine = ReturnType<typeof commandLine>

/**
 * The command line, from a build of its own inside node_modules, so that packages are found, and with what it reads
 * beside it linked. Its processes run in a folder that is new, as the build is, and gone with it.
 */
export function commandLine() {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
  const built = mkdtempSync(join(root, 'node_modules/.cache/cli-'))
  for (const name of ['migrations', 'package.json']) symlinkSync(join(root, name), join(built, name))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', join(built, 'dist')], { cwd: root })
  const folder = mkdtempSync(join(tmpdir(), 'dateline-cli-'))
  const children = new Set<ReturnType<typeof spawn>>()

  /** A process of the command line, with no more of an environment than this. */
  function start(args: string[], environment: Record<string, string> = {}) {
    const main = join(built, 'dist/cli/main.js')
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: { LOG_LEVEL: 'error', ...environment } })
    children.add(child)
    const result = { code: null as number | null, out: '', err: '' }
    child.stdout.on('data', (text) => {
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
    /** Ends what still runs, as after a test that failed. */
    remove: () => {
      for (const child of children) child.kill('SIGKILL')
      for (const made of [built, folder]) rmSync(made, { recursive: true, force: true })
    },
  }
}
