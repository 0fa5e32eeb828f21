/**
 * `node bench/renditions.js`, after `npm run build`: how fast renditions of a photo of 24 megapixels are made, beside plain
 * sharp with the same work; and how fast one that is made is sent, beside bare Fastify that reads and sends the same file.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import sharp from 'sharp'
import { cutOf, scalingOf } from '../dist/media/crops.js'
import { imageTaskPool } from '../dist/media/image-pool.js'
import { median } from './median.js'
import { killAll, pinLoad, startServer } from './processes.js'

const ROUNDS = 3
const SECONDS = 4
const SIZE = { width: 6_000, height: 4_000 }
const KEY = 'a-key-for-the-benchmark-that-is-long-enough'

const folder = mkdtempSync(join(tmpdir(), 'dateline-renditions-'))
process.on('exit', () => {
  killAll()
  rmSync(folder, { recursive: true, force: true })
})
const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`)

/** A photo: noise in several sizes, as nature has it. */
async function photo() {
  const layers = await Promise.all(
    [6, 60, 600].map((scale) =>
      sharp({
        create: {
          width: SIZE.width / scale,
          height: Math.ceil(SIZE.height / scale),
          channels: 3,
          background: '#000',
          noise: { type: 'gaussian', mean: 128, sigma: 50 },
        },
      })
        .resize({ ...SIZE, fit: 'fill' })
        .png({ compressionLevel: 0 })
        .toBuffer(),
    ),
  )
  const [first, ...others] = layers
  return sharp(first)
    .composite(others.map((input) => ({ input, blend: 'soft-light' })))
    .jpeg({ quality: 90 })
    .toBuffer()
}

/**
 * How many a second, with as many at a time as there are cores.
 * @param {number} count
 * @param {(index: number) => Promise<unknown>} make
 */
async function rate(count, make) {
  let next = 0
  const began = performance.now()
  const worker = async () => {
    while (next < count) await make(next++)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return (count * 1_000) / (performance.now() - began)
}

/** @param {string} source */
async function making(source) {
  const image = { ...SIZE, focalPoint: null, crops: {} }
  const settings = { crops: { wide: 16 / 9 }, widths: [320, 640, 1280] }
  const cut = cutOf(image, settings, 'wide', null)
  const sizes = settings.widths.map((width) => ({ width, height: Math.round((width * 9) / 16) }))
  const { tasks, close } = imageTaskPool()
  const size = (/** @type {number} */ index) => sizes[index % sizes.length] ?? { width: 0, height: 0 }
  const own = (/** @type {number} */ index) =>
    tasks.renderImage({
      source,
      target: join(folder, `own-${index}`),
      scaling: scalingOf(image, cut, size(index).width),
      format: 'webp',
      isAnimated: false,
      copyright: undefined,
      creator: undefined,
    })
  const plain = (/** @type {number} */ index) =>
    sharp(source)
      .autoOrient()
      .resize(size(index))
      .webp({ quality: 80 })
      .toFile(join(folder, `plain-${index}`))
  await rate(4, own)
  await rate(4, plain)
  const rates = []
  for (let round = 0; round < ROUNDS; round += 1) rates.push([await rate(18, own), await rate(18, plain)])
  await close()
  return rates
}

/** @param {Buffer} bytes */
async function sending(bytes) {
  const env = {
    DATABASE_URL: join(folder, 'd.db'),
    MEDIA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: '0',
    DATELINE_ADMIN_KEY: KEY,
    LOG_LEVEL: 'warn',
  }
  const { url: base } = await startServer(
    [fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)), 'serve'],
    env,
  )
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'image/jpeg' }
  const { renditions } = await (await fetch(`${base}/v1/media`, { method: 'POST', headers, body: bytes })).json()
  const { url } = renditions.find((/** @type {{ crop: string }} */ { crop }) => crop === 'wide')
  const path = `${url.replace(/\d+$/, '640')}.webp`
  await (await fetch(base + path)).arrayBuffer()
  const rival = fileURLToPath(new URL('serve-file.js', import.meta.url))
  const { url: bare } = await startServer([rival, fileOf(folder), 'image/webp'])
  pinLoad()
  const load = async (/** @type {string} */ address) =>
    (await autocannon({ url: address + path, connections: 32, duration: SECONDS })).requests.average
  const rates = []
  for (let round = 0; round < ROUNDS; round += 1) rates.push([await load(base), await load(bare)])
  return rates
}

/** The path of the one rendition below a folder. */
const fileOf = (/** @type {string} */ parent) =>
  join(
    parent,
    String(readdirSync(parent, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.webp'))),
  )

/**
 * @param {string} title
 * @param {number[][]} rates
 */
function report(title, rates) {
  const column = (/** @type {number} */ index) => median(rates.map((row) => row[index] ?? 0))
  const ratio = median(rates.map(([own = 0, rival = 1]) => own / rival))
  say(`${title}: ${column(0).toFixed(1)}/s, rival ${column(1).toFixed(1)}/s, ratio ${ratio.toFixed(2)}`)
}

const bytes = await photo()
const source = join(folder, 'photo.jpg')
await sharp(bytes).keepMetadata().toFile(source)
report('Renditions of 24 megapixels, beside plain sharp', await making(source))
report('A made rendition, beside bare Fastify', await sending(bytes))
process.exit(0)
