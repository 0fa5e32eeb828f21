import { readdirSync } from 'node:fs'
import { eq } from 'drizzle-orm'
import sharp from 'sharp'
import type { Response } from 'supertest'
import { inlineImageTasks } from '../src/media/image-tasks.ts'
import { cropKey } from '../src/media/renditions.ts'
import { media, mediaCrops } from '../src/storage/schema.ts'
import { type Newsroom, newsroom } from './harness/newsroom.ts'
import { animation, drawing, photo } from './harness/pictures.ts'
import { temporaryFolder } from './harness/storage.ts'

interface Rendition {
  crop: string
  width: number
  height: number
  url: string
  srcset: string
}
interface Media {
  id: string
  url: string
  renditions: Rendition[]
}

const folder = await temporaryFolder()
const rendered: string[] = []
const imageTasks = {
  ...inlineImageTasks,
  renderImage: (task: Parameters<typeof inlineImageTasks.renderImage>[0]) => {
    rendered.push(task.target)
    return inlineImageTasks.renderImage(task)
  },
}
const room = await newsroom({ MEDIA_DIR: folder }, { imageTasks })
const { anyone, contributor, editor, storage } = room

/** Uploads a file, and gives its entry. */
async function upload(bytes: Buffer, type = 'image/jpeg'): Promise<Media> {
  return (await editor.post('/v1/media').type(type).send(bytes).expect(201)).body
}
const urlOf = ({ renditions }: Media, crop: string): string => renditions.find((one) => one.crop === crop)?.url ?? ''
/** The bytes of a reply. */
const binary = (response: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void) => {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('end', () => done(null, Buffer.concat(chunks)))
}
const get = (path: string, headers: Record<string, string> = {}, { anyone: client }: Pick<Newsroom, 'anyone'> = room) =>
  client
    .get(path)
    .set(headers)
    .buffer(true)
    .parse(binary as never)
/** What an address gives: format, size and frames. */
async function picture(path: string, headers: Record<string, string> = {}) {
  const { body, type } = await get(path, headers).expect(200)
  const { format, width, height, pages = 1 } = await sharp(body).metadata()
  return { type, format, width, height, pages }
}
const setStatus = (id: string, values: Partial<typeof media.$inferInsert>) =>
  storage.transaction(async (tx) => {
    await tx.update(media).set(values).where(eq(media.id, id))
  })

const image = await upload(await photo())
const wide = urlOf(image, 'wide')

describe('the renditions of an image', () => {
  it('are listed with their sizes, none larger than the image', () => {
    expect(image.renditions).toMatchObject([
      { crop: 'full', width: 1200, height: 800 },
      { crop: 'wide', width: 1200, height: 675 },
      { crop: 'standard', width: 1066, height: 800 },
      { crop: 'square', width: 800, height: 800 },
      { crop: 'tall', width: 600, height: 800 },
    ])
    expect(image.renditions[1]?.srcset).toBe(
      [320, 640, 960, 1200].map((width) => `${wide.replace(/\d+$/, String(width))} ${width}w`).join(', '),
    )
  })

  it('have the sizes that their addresses say, to the pixel', async () => {
    for (const { srcset, width: widest, height } of image.renditions)
      for (const [, url = '', width] of srcset.matchAll(/(\S+) (\d+)w/g)) {
        const found = await picture(url)
        expect(found).toMatchObject({ format: 'jpeg', width: Number(width) })
        if (Number(width) === widest) expect(found.height).toBe(height)
      }
  })

  it.each([
    ['image/avif,image/webp,image/*,*/*;q=0.8', 'image/avif'],
    ['image/webp,*/*', 'image/webp'],
    ['image/avif;q=0.5,image/webp', 'image/webp'],
    ['image/avif;q=0', 'image/jpeg'],
    ['*/*', 'image/jpeg'],
    ['text/html', 'image/jpeg'],
    ['image/webp;;;q=x', 'image/jpeg'],
  ])('are sent for Accept: %s as %s', async (accept, type) => {
    const { headers } = await get(wide.replace('1200', '320'), { accept }).expect(200).expect('content-type', type)
    expect(headers.vary).toContain('Accept')
  })

  it.each(['avif', 'webp', 'jpg'])('are sent with the suffix .%s in that format', async (suffix) => {
    const type = `image/${suffix.replace('jpg', 'jpeg')}`
    const { headers } = await get(`${wide.replace('1200', '320')}.${suffix}`, { accept: 'text/html' })
      .expect(200)
      .expect('content-type', type)
    expect((headers.vary ?? '').split(', ')).not.toContain('Accept')
  })

  it('keep copyright and creator, and say nothing else of the file', async () => {
    const { body } = await get(wide).expect(200)
    const { exif = Buffer.alloc(0), xmp, iptc } = await sharp(body).metadata()
    expect(exif.toString('latin1')).toContain('(c) Coastal Wire')
    expect(exif.toString('latin1')).toContain('Ana Moreau')
    expect([xmp, iptc]).toEqual([undefined, undefined])
    // The tag that points to positions by satellite.
    expect(exif.includes(Buffer.from([0x25, 0x88])) || exif.includes(Buffer.from([0x88, 0x25]))).toBe(false)
  })

  it('may be stored forever, and are sent in part or not at all', async () => {
    const { headers, body } = await get(wide).expect(200)
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['cache-tag']).toBe(image.id.slice(-12))
    const etag = headers.etag ?? ''
    await get(wide, { 'if-none-match': etag }).expect(304).expect('etag', etag)
    const { headers: head } = await anyone.head(wide).expect(200)
    expect(head).toMatchObject({ etag, 'content-length': String(body.length), 'accept-ranges': 'bytes' })
    const size = body.length
    const part = async (range: string, more: Record<string, string> = {}) => {
      const reply = await get(wide, { range, ...more })
      return [reply.status, reply.headers['content-range'], reply.body]
    }
    expect(await part('bytes=10-19')).toEqual([206, `bytes 10-19/${size}`, body.subarray(10, 20)])
    expect(await part('bytes=-5')).toEqual([206, `bytes ${size - 5}-${size - 1}/${size}`, body.subarray(size - 5)])
    expect(await part(`bytes=${size - 3}-`)).toEqual([
      206,
      `bytes ${size - 3}-${size - 1}/${size}`,
      body.subarray(size - 3),
    ])
    expect(await part('bytes=0-0', { 'if-range': etag })).toEqual([206, `bytes 0-0/${size}`, body.subarray(0, 1)])
    for (const range of ['bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-', 'bytes=x'])
      expect(await part(range)).toEqual([200, undefined, body])
    expect(await part('bytes=0-0', { 'if-range': '"other"' })).toEqual([200, undefined, body])
    await anyone.get(wide).set('range', `bytes=${size}-`).expect(416).expect('content-range', `bytes */${size}`)
    await anyone.get(wide).set('range', 'bytes=-0').expect(416)
  })

  it('are no others', async () => {
    const [base = ''] = wide.split('wide-')
    const missing = [
      'wide-321',
      'wide-1920',
      'wide-99999',
      'wide-0',
      'wide-',
      'wide',
      'other-320',
      'wide-320.gif',
      '..%2f..%2fx',
    ]
    for (const rendition of missing) await anyone.get(`${base}${rendition}`).expect(404)
    await anyone.get(`/media/nothing/${base.split('/')[3]}/wide-320`).expect(404)
    await anyone.get(`/media/${image.id.replace(/.$/, 'f')}0/x/wide-320`).expect(404)
    await anyone.get(`${base}__proto__-320`).expect(404)
    await anyone.get(`${base}constructor-320`).expect(404)
  })

  it('are made once by a process, however many ask at once', async () => {
    const { renditions } = await upload(await drawing(700, 500).png().toBuffer(), 'image/png')
    rendered.length = 0
    const replies = await Promise.all(Array.from({ length: 20 }, () => fetch(`${room.url}${renditions[0]?.url}.webp`)))
    expect(replies.every(({ ok }) => ok)).toBe(true)
    expect(rendered).toHaveLength(1)
  })

  it('survive a restart', async () => {
    const renderImage = () => Promise.reject(new Error('it is made already'))
    const next = await newsroom({ MEDIA_DIR: folder }, { storage, imageTasks: { ...inlineImageTasks, renderImage } })
    await get(wide, {}, next).expect(200)
    await next.close()
  })
})

describe('how an image is cut', () => {
  it('has an address of its own: former ones redirect', async () => {
    const before = await upload(await photo({ width: 900, height: 600 }))
    const { body: after } = await editor
      .patch(`/v1/media/${before.id}`)
      .send({ focalPoint: { x: 0, y: 0.5 } })
      .expect(200)
    const [from, to] = [urlOf(before, 'square'), urlOf(after, 'square')]
    expect(to).not.toBe(from)
    await anyone.get(from).expect(308).expect('location', to)
    await anyone.get(`${from}.webp`).expect(308).expect('location', `${to}.webp`)
    await anyone.get(from.replace(/\d+$/, '500')).expect(308).expect('location', to)
    await get(to).expect(200)
  })

  it('may be the part that one use shows', async () => {
    const part = { x: 0.5, y: 0, width: 0.5, height: 0.5 }
    await storage.transaction(async (tx) => {
      await tx.insert(mediaCrops).values({ media: image.id, key: cropKey(part), crop: part })
    })
    const address = wide.replace(
      /\/(\w|-){8}\/wide-\d+$/,
      (all) => `${all.split('/wide')[0]}.${cropKey(part)}/wide-600`,
    )
    expect(await picture(address)).toMatchObject({ width: 600, height: 338 })
    await anyone.get(address.replace('600', '640')).expect(404)
    const unknown = address.replace(cropKey(part), 'unknown0')
    await anyone.get(unknown).expect(308).expect('location', wide.replace('1200', '640'))
  })

  it('keeps an animation moving, in WebP', async () => {
    const { renditions } = await upload(await animation(['#f00', '#0f0', '#00f'], 'gif'), 'image/gif')
    const url = renditions.find(({ crop }) => crop === 'square')?.url ?? ''
    const accept = 'image/avif,image/webp,*/*'
    expect(await picture(url, { accept })).toEqual({
      type: 'image/webp',
      format: 'webp',
      width: 40,
      height: 40,
      pages: 3,
    })
    expect(await picture(url)).toMatchObject({ format: 'jpeg', width: 40, height: 40, pages: 1 })
    expect(await picture(`${url}.avif`)).toMatchObject({ width: 40, height: 40, pages: 1 })
  })
})

describe('the file', () => {
  it('of an image is for those who write drafts; others get the image without metadata', async () => {
    const { headers } = await anyone.get(image.url).expect(307)
    expect(headers.location).toBe(urlOf(image, 'full'))
    await room.reader.get(image.url).expect(307)
    const reply = await contributor
      .get(image.url)
      .buffer(true)
      .parse(binary as never)
      .expect(200)
    expect(reply.body).toEqual(await photo())
    expect(reply.headers).toMatchObject({
      'content-disposition': expect.stringMatching(/^attachment; filename="[a-z0-9-]+\.jpeg"$/),
      'cache-control': 'private, no-store',
    })
  })

  it('of a document is for everybody, in part as well', async () => {
    const pdf = '%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'
    const { url } = await upload(Buffer.from(pdf), 'application/pdf')
    const { headers, body } = await get(url).expect(200).expect('content-type', 'application/pdf')
    expect(String(body)).toBe(pdf)
    expect(headers['content-disposition']).toMatch(/^inline; /)
    expect(String((await get(url, { range: 'bytes=0-3' }).expect(206)).body)).toBe('%PDF')
    await get(url, { 'if-none-match': headers.etag ?? '' }).expect(304)
  })

  it('of nothing is not found', async () => {
    await anyone.get('/media/x/file').expect(404)
    await anyone.get('/media/0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d/file').expect(404)
  })
})

describe('what may no longer be shown', () => {
  const gone = async (path: string): Promise<Response> => anyone.get(path)

  it.each(['withdrawn', 'expired'])('is gone when it is %s, and its renditions are deleted', async (status) => {
    const { id, url, renditions } = await upload(
      await drawing(status.length * 40, 300)
        .png()
        .toBuffer(),
      'image/png',
    )
    const address = renditions[1]?.url ?? ''
    await get(address).expect(200)
    await setStatus(id, { status, statusReason: 'a secret reason' })
    for (const path of [address, url]) {
      const { status: code, body, headers } = await gone(path)
      expect([code, body.type, headers['cache-control']]).toEqual([410, '/problems/withdrawn', 'no-store'])
      expect(JSON.stringify(body)).not.toContain('secret')
    }
    expect(readdirSync(`${folder}/renditions/${id.slice(-2)}`)).not.toContain(id)
    await setStatus(id, { status: 'available' })
    await get(address).expect(200)
  })

  it('is not found in the trash', async () => {
    const { id, url, renditions } = await upload(await drawing(310, 300).png().toBuffer(), 'image/png')
    await editor.delete(`/v1/media/${id}`).expect(204)
    await anyone.get(renditions[0]?.url ?? '').expect(404)
    await anyone.get(url).expect(404)
  })

  it('is cached no longer than until its rights expire', async () => {
    const { id, renditions } = await upload(await drawing(320, 300).png().toBuffer(), 'image/png')
    await setStatus(id, { expiresAt: '2030-01-01T12:01:00.000Z' })
    await get(renditions[0]?.url ?? '').expect('cache-control', 'public, max-age=60, immutable')
  })

  it('is gone from the moment its rights expire, before that is stored', async () => {
    const { id, url, renditions } = await upload(await drawing(330, 300).png().toBuffer(), 'image/png')
    await setStatus(id, { status: 'available', expiresAt: '2030-01-01T12:00:00.000Z' })
    for (const path of [renditions[0]?.url ?? '', url]) expect((await gone(path)).status).toBe(410)
  })
})
