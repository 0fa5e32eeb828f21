/**
 * `node bench/uploads.js`, after `npm run build`: what uploads of 10 MB take of memory, forms and bare files, several at a
 * time. The memory of the server is its resident memory at its peak above that before the first upload; that of the processes
 * that decode images is told apart.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { startDateline } from './dateline.js'
import { killAll, pinLoad } from './processes.js'
import { ADMIN_KEY } from './rivals.js'

const UPLOADS = 40
const AT_A_TIME = 8
const BYTES = 10_000_000
/** How often the memory is looked at, in milliseconds. */
const INTERVAL = 20

const folder = mkdtempSync(join(tmpdir(), 'dateline-uploads-'))
process.on('exit', () => {
  killAll()
  rmSync(folder, { recursive: true, force: true })
})
const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`)

/** A photo of noise, as large as it has to be. */
async function photo() {
  const [width, height] = [4_000, 3_000]
  const noise = { type: 'gaussian', mean: 128, sigma: 40 }
  const image = sharp({ create: { width, height, channels: 3, background: '#000', noise } })
  const pixels = await image.raw().toBuffer()
  for (let quality = 60; ; quality += 5) {
    const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer()
    if (bytes.length >= BYTES * 0.9) return bytes
  }
}

/**
 * The same photo with another comment: another file.
 * @param {Buffer} bytes
 * @param {string} text
 */
function withComment(bytes, text) {
  const comment = Buffer.alloc(4)
  comment.writeUInt16BE(0xfffe)
  comment.writeUInt16BE(text.length + 2, 2)
  return Buffer.concat([bytes.subarray(0, 2), comment, Buffer.from(text), bytes.subarray(2)])
}

const ways = {
  /** @param {Buffer} bytes */
  raw: (bytes) => ({ body: bytes, headers: { 'content-type': 'image/jpeg' } }),
  /** @param {Buffer} bytes */
  form(bytes) {
    const body = new FormData()
    body.set('alt', 'Noise')
    body.set('file', new Blob([bytes], { type: 'image/jpeg' }), 'noise.jpg')
    return { body, headers: {} }
  },
}

/**
 * @param {import('./processes.js').Server} server
 * @param {Buffer} bytes
 * @param {keyof typeof ways} way
 */
async function uploads({ url }, bytes, way) {
  let next = 0
  const worker = async () => {
    while (next < UPLOADS) {
      const { body, headers } = ways[way](withComment(bytes, `${way} ${next++}`))
      const authorization = `Bearer ${ADMIN_KEY}`
      const reply = await fetch(`${url}/v1/media`, { method: 'POST', headers: { ...headers, authorization }, body })
      if (reply.status !== 201) throw new Error(`an upload was answered ${reply.status}: ${await reply.text()}`)
      await reply.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
}

/**
 * @param {Buffer} bytes
 * @param {keyof typeof ways} way
 */
async function measure(bytes, way) {
  const server = await startDateline(join(folder, `${way}.db`), { MEDIA_DIR: join(folder, way) })
  const idle = server.memory() ?? Number.NaN
  let decoders = 0
  const timer = setInterval(() => (decoders = Math.max(decoders, server.childMemory())), INTERVAL)
  const began = performance.now()
  await uploads(server, bytes, way)
  clearInterval(timer)
  const rate = (UPLOADS * 1_000) / (performance.now() - began)
  const peak = server.peakMemory() ?? Number.NaN
  const used = server.processorSeconds() ?? Number.NaN
  await server.stop()
  const mega = (/** @type {number} */ size) => (size / 1_000_000).toFixed(1)
  say(
    `${UPLOADS} uploads of ${mega(bytes.length)} MB (${way}), ${AT_A_TIME} at a time: ${mega(peak - idle)} MB above ${mega(idle)} MB idle; ` +
      `the processes that decode images ${mega(decoders)} MB; ${rate.toFixed(1)}/s, ${used.toFixed(1)} s of processor time of the server`,
  )
}

pinLoad()
const bytes = await photo()
for (const way of /** @type {(keyof typeof ways)[]} */ (Object.keys(ways))) await measure(bytes, way)
process.exit(0)
