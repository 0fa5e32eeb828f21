import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { FilesUnavailable } from '../../src/media/files/file-store.ts'
import { openFileStore } from '../../src/media/files/open-store.ts'
import { discardFile, receiveFile } from '../../src/media/files/receive.ts'
import { bucket, s3Key } from '../harness/s3.ts'
import { temporaryFolder } from '../harness/storage.ts'

const folder = await temporaryFolder()
const { settings, endpoint, requests } = await bucket()

const storeAt = (MEDIA_DIR: string, key: object = s3Key) => openFileStore({ MEDIA_DIR, ...key }, undefined)

describe.each([
  ['a folder', () => storeAt(join(folder, 'media'))],
  ['a bucket', () => storeAt(settings.MEDIA_DIR)],
])('files in %s', (_, open) => {
  const received = (content: string) =>
    receiveFile(Readable.from([Buffer.from(content)]), { folder: tmpdir(), maxBytes: 1_000 })
  const add = async (content: string) => {
    const store = open()
    await store.prepare()
    const file = await receiveFile(Readable.from([Buffer.from(content)]), { folder: store.incoming, maxBytes: 1_000 })
    await store.add(file)
    await discardFile(file)
    return file
  }
  const contentOf = async (checksum: string, range?: { start: number; end: number }) => {
    const stream = await open().read(checksum, range)
    return stream && text(stream)
  }

  it('are read as they were added, whole and in parts', async () => {
    const { checksum } = await add('harbour bridge')
    expect(await contentOf(checksum)).toBe('harbour bridge')
    expect(await contentOf(checksum, { start: 8, end: 10 })).toBe('bri')
    expect(await open().find(checksum)).toMatchObject({ checksum, byteSize: 14 })
  })

  it('are the same where their bytes are', async () => {
    const [{ checksum }, again] = [await add('twice'), await add('twice')]
    expect(again.checksum).toBe(checksum)
    expect(await contentOf(checksum)).toBe('twice')
  })

  it('are not there before they are added, nor once they are deleted', async () => {
    const { checksum } = await received('never added')
    expect(await contentOf(checksum)).toBeUndefined()
    expect(await open().find(checksum)).toBeUndefined()
    const { checksum: deleted } = await add('deleted')
    await open().delete(deleted)
    await open().delete(deleted)
    expect(await open().find(deleted)).toBeUndefined()
  })

  it('are listed', async () => {
    const { checksum } = await add('listed')
    const found = []
    for await (const file of open().list()) found.push(file)
    expect(found).toContainEqual({ checksum, byteSize: 6, addedAt: expect.any(Number) })
    expect(found.every((file) => /^[0-9a-f]{64}$/.test(file.checksum) && file.addedAt > 0)).toBe(true)
  })
})

it.each([
  ['with another key', () => storeAt(settings.MEDIA_DIR, { ...s3Key, AWS_ACCESS_KEY_ID: 'another' })],
  ['with another secret', () => storeAt(settings.MEDIA_DIR, { ...s3Key, AWS_SECRET_ACCESS_KEY: 'another' })],
  ['that is not there', () => storeAt(`s3://nothing?endpoint=${endpoint}`)],
  ['of a server that does not answer', () => storeAt('s3://press?endpoint=http://127.0.0.1:1')],
])('a bucket %s is unavailable', async (_, open) => {
  const store = open()
  const file = await receiveFile(Readable.from([Buffer.from('x')]), { folder: tmpdir(), maxBytes: 1 })
  await expect(store.add(file)).rejects.toThrow(FilesUnavailable)
  const listed = store.list()[Symbol.asyncIterator]().next()
  await expect(listed).rejects.toThrow(FilesUnavailable)
})

it('every request to a bucket is signed as AWS signs it', async () => {
  const store = storeAt(settings.MEDIA_DIR)
  requests.length = 0
  const file = await receiveFile(Readable.from([Buffer.from('signed')]), { folder: tmpdir(), maxBytes: 100 })
  await store.add(file)
  await (await store.read(file.checksum, { start: 0, end: 2 }))?.resume()
  await store.find(file.checksum)
  for await (const _ of store.list());
  await store.delete(file.checksum)
  expect(requests).toEqual(['PUT', 'GET', 'HEAD', 'GET', 'DELETE'].map((method) => ({ method, fault: undefined })))
})

it('a bucket takes no other bytes than those of the checksum', async () => {
  const file = await receiveFile(Readable.from([Buffer.from('as received')]), { folder: tmpdir(), maxBytes: 100 })
  await writeFile(file.path, 'as changed!')
  await expect(storeAt(settings.MEDIA_DIR).add(file)).rejects.toThrow(FilesUnavailable)
  expect(requests.at(-1)).toEqual({ method: 'PUT', fault: 'XAmzContentSHA256Mismatch' })
})
