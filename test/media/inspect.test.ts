import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { cutOf, scalingOf } from '../../src/media/crops.ts'
import { type FileFacts, inspectFile } from '../../src/media/inspect.ts'
import { renderImage } from '../../src/media/render.ts'
import { runs } from '../harness/depth.ts'
import { animation, drawing, noise, photo, withSegment } from '../harness/pictures.ts'

const folder = mkdtempSync(join(tmpdir(), 'dateline-media-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
/** The facts of a file with these bytes. */
async function inspect(bytes: Buffer | string) {
  const path = join(folder, String(++count))
  writeFileSync(path, bytes)
  return await inspectFile(path)
}
/** The code and the message by which a file with these bytes is refused. */
const refusal = async (bytes: Buffer | string) => {
  const error = await inspect(bytes).then(
    (facts) => ({ code: 'accepted', message: JSON.stringify(facts) }),
    (error) => error,
  )
  return [error.code, error.message]
}

/** A chunk of a PNG. */
function chunk(name: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const content = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(content))
  return Buffer.concat([length, content, checksum])
}
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
/** A PNG of one grey value: a few bytes, whatever its size. */
function greyPng(width: number, height: number, ...chunks: Buffer[]): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const pixels = deflateSync(Buffer.alloc((width + 1) * height), { level: 1 })
  return Buffer.concat([PNG, chunk('IHDR', header), ...chunks, chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

/** A GIF of so many frames: the first of the two that are drawn is repeated. */
async function longGif(frames: number): Promise<Buffer> {
  const two = await animation(['#f00', '#00f'], 'gif', { width: 2, height: 2 })
  const [first, second] = [two.indexOf(GIF_CONTROL), two.lastIndexOf(GIF_CONTROL)]
  const repeated = Array<Buffer>(frames - 1).fill(two.subarray(first, second))
  return Buffer.concat([two.subarray(0, first), ...repeated, two.subarray(second)])
}
/** The extension with which each frame of a GIF begins. */
const GIF_CONTROL = Buffer.from('\x21\xf9\x04', 'latin1')

/** A WAV of a second of silence. */
function silence(): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + 8_000, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(8_000, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(8_000, 40)
  return Buffer.concat([header, Buffer.alloc(8_000, 128)])
}

describe('the facts of a file', () => {
  it('are its type, size, colours, and what an agency wrote, without a position', async () => {
    const facts = await inspect(await photo())
    expect(facts).toEqual({
      kind: 'image',
      mimeType: 'image/jpeg',
      width: 1200,
      height: 800,
      dominantColour: expect.stringMatching(/^#[0-9a-f]{6}$/),
      thumbhash: expect.stringMatching(/^[A-Za-z0-9+/]{20,40}=*$/),
      metadata: {
        headline: 'Bridge reopens',
        caption: 'The harbour bridge before the storm',
        credit: 'Coastal Wire',
        creator: 'Ana Moreau',
        copyright: '(c) Coastal Wire',
        takenAt: '2026-05-01T12:30:00+12:00',
        city: 'Port Ellery',
        country: 'New Zealand',
        keywords: ['bridge', 'storm', 'harbour'],
      },
    })
    expect(JSON.stringify(facts)).not.toMatch(/gps|latitude|longitude/i)
  })

  it('have the size of the upright image', async () => {
    expect(await inspect(await photo({ width: 300, height: 200, orientation: 6 }))).toMatchObject({
      width: 200,
      height: 300,
    })
  })

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('are read of %s', async (format) => {
    const facts = await inspect(await drawing(90, 60).toFormat(format).toBuffer())
    expect(facts).toMatchObject({ kind: 'image', mimeType: `image/${format}`, width: 90, height: 60 })
  })

  it.each([
    ['CMYK', () => drawing(90, 60).toColourspace('cmyk').jpeg()],
    ['of 16 bits', () => drawing(90, 60).toColourspace('rgb16').png()],
    ['grey', () => drawing(90, 60).greyscale().jpeg()],
    ['transparent', () => sharp({ create: { width: 90, height: 60, channels: 4, background: '#0000' } }).png()],
    ['of one pixel', () => drawing(1, 1).png()],
  ])('are read of an image that is %s', async (_, make) => {
    const facts = await inspect(await make().toBuffer())
    expect(facts).toMatchObject({ kind: 'image', dominantColour: expect.stringMatching(/^#/), metadata: {} })
  })

  it.each(['gif', 'webp'] as const)('count the frames of an animated %s', async (format) => {
    expect(await inspect(await animation(['#f00', '#0f0', '#00f'], format))).toMatchObject({
      width: 60,
      height: 40,
      metadata: { frames: 3 },
    })
  })

  it('say that a file carries Content Credentials', async () => {
    const uuid = Buffer.from('6332706100110010800000aa00389b71', 'hex')
    const credentials = Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01\0\0\0\x2djumb\0\0\0\x25jumd', 'latin1'), uuid])
    const jpeg = withSegment(await drawing(30, 20).jpeg().toBuffer(), 0xeb, credentials)
    expect((await inspect(jpeg)).metadata).toEqual({ hasContentCredentials: true })
  })

  it('have the length of a recording', async () => {
    expect(await inspect(silence())).toMatchObject({
      kind: 'audio',
      mimeType: 'audio/wav',
      width: null,
      dominantColour: null,
      metadata: { duration: 1 },
    })
  })

  it('are read of a PDF', async () => {
    expect(await inspect('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n')).toMatchObject({
      kind: 'document',
      mimeType: 'application/pdf',
    })
  })

  it('are read of an image with 10 MB of EXIF, without these', async () => {
    const exif = Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), Buffer.alloc(10_000_000, 1)])
    expect(await inspect(greyPng(30, 20, chunk('eXIf', exif)))).toMatchObject({ width: 30, metadata: {} })
  })
})

describe('a file is refused', () => {
  it.each([
    ['HTML', '<!DOCTYPE html><html><script>alert(1)</script></html>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['SVG after a declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['text', 'words, words'],
    ['nothing', ''],
    ['a NUL', '\0'],
    ['a script', '#!/bin/sh\nrm -rf /'],
  ])('that is %s', async (_, bytes) => {
    expect(await refusal(bytes)).toEqual(['unsupported-type', expect.any(String)])
  })

  it('that is HEIC, with what to do', async () => {
    const heic = Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), Buffer.alloc(200)])
    expect(await refusal(heic)).toEqual(['unsupported-type', expect.stringContaining('export it as JPEG')])
  })

  it('that is an image and a page at once', async () => {
    const jpeg = await drawing(30, 20).jpeg().toBuffer()
    const polyglot = withSegment(jpeg, 0xfe, Buffer.from('--><html><script>alert(document.domain)</script><!--'))
    expect(await refusal(polyglot)).toEqual(['unsupported-type', expect.stringContaining('markup')])
  })

  it('that is an image and an archive at once', async () => {
    const archive = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)])
    const gif = await drawing(30, 20).gif().toBuffer()
    expect(await refusal(Buffer.concat([gif, archive]))).toEqual([
      'unsupported-type',
      expect.stringContaining('archive'),
    ])
  })

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('that is half a %s', async (format) => {
    const whole = await noise(80, 60).toFormat(format).toBuffer()
    const [code, message] = await refusal(whole.subarray(0, Math.floor(whole.length / 2)))
    // The type of a TIFF stands at its end.
    expect(code).toBe(format === 'tiff' ? 'unsupported-type' : 'damaged')
    expect(message).not.toContain(folder)
  })

  it.each([
    ['100 million pixels', () => greyPng(12_000, 9_000), '108000000 pixels'],
    ['16,383 pixels on a side', () => greyPng(16_384, 10), '16384 by 10'],
    ['1,000 frames', () => longGif(1_001), '1001 frames'],
  ])('that has more than %s', async (_, make, message) => {
    expect(await refusal(await make())).toEqual(['too-large', expect.stringContaining(message)])
  })

  it('that is a recording without sound', async () => {
    const mp4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), Buffer.alloc(400)])
    expect(await refusal(mp4)).toEqual(['damaged', expect.any(String)])
  })

  it('that is a PDF without an end', async () => {
    expect(await refusal('%PDF-1.7\n1 0 obj')).toEqual(['damaged', expect.any(String)])
  })
})

describe('a damaged file', () => {
  const formats = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const

  const wholes = formats.map((format) => drawing(60, 40).toFormat(format).toBuffer())
  const wrongBytes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 })

  it('is refused or read and rendered, whichever of its bytes are wrong', async () => {
    const property = fc.asyncProperty(fc.nat(formats.length - 1), wrongBytes, async (index, wrong) => {
      const bytes = Buffer.from((await wholes[index]) ?? '')
      for (const [place, value] of wrong) bytes[place % bytes.length] = value
      const path = join(folder, String(++count))
      writeFileSync(path, bytes)
      const facts = await inspectFile(path).catch((error: Error) => error)
      if (facts instanceof Error) expect(facts).toMatchObject({ name: 'UnacceptableFile' })
      else await renderAll(path, facts)
    })
    await fc.assert(property, runs(20))
  })

  /** Makes a rendition in each format; only what libvips itself says may go wrong. */
  async function renderAll(path: string, { kind, width, height, metadata }: FileFacts): Promise<void> {
    if (kind !== 'image' || width === null || height === null) return
    const image = { width, height, focalPoint: null, crops: {} }
    const cut = cutOf(image, { crops: {}, widths: [30] }, 'full', null)
    if (!cut) throw new Error('every image has the crop full')
    for (const format of ['avif', 'webp', 'jpg'] as const) {
      const isAnimated = (metadata.frames ?? 1) > 1 && format === 'webp'
      const scaling = scalingOf(image, cut, cut.widths[0] ?? 1)
      const task = { source: path, target: `${path}.${format}`, scaling, format, isAnimated }
      await renderImage({ ...task, copyright: undefined, creator: undefined })
    }
  }
})
