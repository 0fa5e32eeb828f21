/** A service, started as `npm start` starts it, whose event loop is watched. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const KEY = 'a-key-of-the-fuzzer-0123456789-0123456789'
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const [, flags = ''] = /exec node (.*?) dist/.exec(scripts.start) ?? []
const main = new URL('../../dist/cli/main.js', import.meta.url).pathname
const meter = new URL('../harness/long-turns.js', import.meta.url)

export async function startService() {
  const folder = mkdtempSync(join(tmpdir(), 'dateline-slow-'))
  const child = spawn(process.execPath, [...flags.split(' '), `--import=${meter.href}`, main, 'serve'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      LOG_LEVEL: 'error',
      DRAIN_SECONDS: '0',
      DATABASE_URL: 'slow.db',
      HOST: '127.0.0.1',
      PORT: '0',
      DATELINE_ADMIN_KEY: KEY,
    },
  })
  const url = await new Promise((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (text) => {
      said += text
      const [, address] = /(http:\/\/\S+:\d+)/.exec(said) ?? []
      if (address) resolve(address)
    })
    child.once('exit', () => reject(new Error(`the service has ended: ${said}`)))
  })
  /** What the loop has done since this was last asked. */
  const turns = () =>
    new Promise((resolve) => {
      child.once('message', resolve)
      child.send('turns')
    })

  /** The processor time at the last measurement; undefined if something was done since. */
  let before

  async function send({ method = 'GET', path, body, headers = {}, type = 'application/json' }) {
    before = undefined
    const authorization = `Bearer ${KEY}`
    const sent = { authorization, ...(body !== undefined && { 'content-type': type }), ...headers }
    const reply = await fetch(url + path, { method, headers: sent, body })
    return { status: reply.status, text: await reply.text() }
  }

  return {
    send,
    /** Sends a request; gives its status, the longest turn of the loop and the processor time of the loop, in ms. */
    async measure(request) {
      const began = before ?? (await turns()).total
      const { status, text } = await send(request)
      const { longest, total } = await turns()
      before = total
      return { status, text, longest, work: total - began }
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
