import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { examine } from '../src/doctor/examine.ts'
import { openFileStore } from '../src/media/files/open-store.ts'
import { sweepFiles } from '../src/media/files/sweep.ts'
import { newsroom } from './harness/newsroom.ts'
import { drawing } from './harness/pictures.ts'
import { problem } from './harness/problem.ts'
import { bucket } from './harness/s3.ts'
import { temporaryFolder } from './harness/storage.ts'

const { settings, requests } = await bucket()
const room = await newsroom({ ...settings, MEDIA_CACHE_DIR: await temporaryFolder() })
const { anyone, editor } = room
const files = openFileStore(settings, undefined)

let width = 300
const picture = () => drawing(++width, 200).jpeg().toBuffer()
const checksumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const upload = (bytes: Buffer) => editor.post('/v1/media').type('image/jpeg').send(bytes)
const ofBytes = (response: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void) => {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('end', () => done(null, Buffer.concat(chunks)))
}
const bytesAt = async (path: string, headers = {}, client = anyone) =>
  (
    await client
      .get(path)
      .set(headers)
      .buffer(true)
      .parse(ofBytes as never)
  ).body as Buffer
const findings = async () => {
  const found: string[] = []
  await examine(room.storage, { repair: false, now: new Date(), files }, (_, list) =>
    found.push(...list.map(({ text }) => text)),
  )
  return found
}

it('media in a bucket are uploaded, shown, replaced, withdrawn, checked and swept', async () => {
  const [first, second] = [await picture(), await picture()]
  const { body: media } = await upload(first).expect(201)
  expect(await files.find(checksumOf(first))).toMatchObject({ byteSize: first.length })
  expect(await bytesAt(`/media/${media.id}/file`, {}, editor)).toEqual(first)
  expect(await bytesAt(`/media/${media.id}/file`, { range: 'bytes=100-199' }, editor)).toEqual(first.subarray(100, 200))

  const { body: article } = await editor
    .post('/v1/articles?publish=true')
    .send({ headline: 'Bridge reopens', image: { media: media.id } })
    .expect(201)
  const shown = async () => {
    const { body } = await anyone.get(`/v1/articles/${article.id}`).expect(200)
    return body.image && (await sharp(await bytesAt(body.image.url)).metadata()).width
  }
  expect(await shown()).toBe(width - 1)
  await editor.put(`/v1/media/${media.id}/file`).type('image/jpeg').send(second).expect(200)
  expect(await shown()).toBe(width)
  expect(await findings()).toEqual([])

  await editor.post(`/v1/media/${media.id}/takedown`).send({ reason: 'Not ours' }).expect(200)
  expect(await shown()).toBeNull()
  await anyone.get(`/media/${media.id}/file`).expect(problem('withdrawn'))

  const old = { now: () => new Date(Date.now() + 8 * 86_400_000) }
  expect(await sweepFiles({ db: room.storage.reader, files, clock: old })).toBe(1)
  expect(await files.find(checksumOf(first))).toBeUndefined()
  expect(await files.find(checksumOf(second))).toMatchObject({ byteSize: second.length })

  await files.delete(checksumOf(second))
  expect(await findings()).toEqual([`the file ${checksumOf(second)} of the media ${media.id} is missing`])
  expect(requests.filter(({ fault }) => fault)).toEqual([])
})

it('a file that a bucket has lost is back when its bytes are sent again', async () => {
  const bytes = await picture()
  const { body: media } = await upload(bytes).expect(201)
  await files.delete(checksumOf(bytes))
  await editor.get(`/media/${media.id}/file`).expect(problem('busy'))
  await upload(bytes).expect(200)
  expect(await bytesAt(`/media/${media.id}/file`, {}, editor)).toEqual(bytes)
})

it('an upload is 503 while its bucket is gone, and leaves nothing', async () => {
  const gone = await newsroom({ ...settings, MEDIA_DIR: settings.MEDIA_DIR.replace('press', 'none-such') })
  const bytes = await picture()
  const before = requests.length
  await gone.editor.post('/v1/media').type('image/jpeg').send(bytes).expect(problem('busy'))
  expect(requests.length).toBe(before + 1)
  await gone.editor.get('/v1/media').expect(({ body }) => expect(body.data).toEqual([]))
  // Other processes use the folder, too.
  for (const name of await readdir(files.incoming))
    expect(await readFile(join(files.incoming, name)).catch(() => null)).not.toEqual(bytes)
  await gone.close()
})
