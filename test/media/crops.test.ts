import fc from 'fast-check'
import { isServiceTemplate } from '../../src/lib/image-service.ts'
import { cutOf, FULL, heightAt, scalingOf } from '../../src/media/crops.ts'
import { type MediaRow, renditionsOf } from '../../src/media/renditions.ts'
import { defaultMediaSettings as settings } from '../../src/media/settings.ts'
import { runs } from '../harness/depth.ts'

const image = { width: 4000, height: 3000, focalPoint: null, crops: {} }
const boxOf = (name: string, more: object = {}, part: Parameters<typeof cutOf>[3] = null) =>
  cutOf({ ...image, ...more }, settings, name, part)?.box

describe('a cut', () => {
  it('is as large as fits, around the focal point', () => {
    expect(boxOf('square')).toEqual({ left: 500, top: 0, width: 3000, height: 3000 })
    expect(boxOf('square', { focalPoint: { x: 0.6, y: 1 } })).toEqual({ left: 900, top: 0, width: 3000, height: 3000 })
    expect(boxOf('square', { focalPoint: { x: 1, y: 0 } })).toEqual({ left: 1000, top: 0, width: 3000, height: 3000 })
    expect(boxOf('wide', { focalPoint: { x: 0, y: 0 } })).toEqual({ left: 0, top: 0, width: 4000, height: 2250 })
  })

  it('is the part that was chosen by hand, in the ratio of the crop', () => {
    const part = { x: 0.5, y: 0.5, width: 0.25, height: 0.25 }
    expect(boxOf('square', { crops: { square: part } })).toEqual({ left: 2125, top: 1500, width: 750, height: 750 })
    expect(boxOf('square', { crops: { wide: part } })).toEqual(boxOf('square'))
    expect(boxOf(FULL, {}, part)).toEqual({ left: 2000, top: 1500, width: 1000, height: 750 })
    expect(boxOf(FULL, { crops: { square: part } })).toEqual({ left: 0, top: 0, width: 4000, height: 3000 })
  })

  it('has widths up to the last of the settings, or to its own', () => {
    const widthsOf = (name: string, width: number, height: number) =>
      cutOf({ ...image, width, height }, settings, name, null)?.widths
    expect(widthsOf('wide', 4000, 3000)).toEqual([320, 640, 960, 1280, 1920])
    expect(widthsOf('wide', 1000, 1000)).toEqual([320, 640, 960, 1000])
    expect(widthsOf('wide', 320, 320)).toEqual([320])
    expect(widthsOf('wide', 5, 500)).toEqual([5])
    expect(widthsOf(FULL, 8000, 4000)).toEqual([320, 640, 960, 1280, 1920, 4096])
    expect(widthsOf(FULL, 2000, 8192)).toEqual([320, 640, 960, 1000])
    expect(widthsOf('other', 100, 100)).toBeUndefined()
    expect(widthsOf('constructor', 100, 100)).toBeUndefined()
  })

  it('lies within the image at each width, and enlarges nothing', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true })
    const sizes = fc.record({ width: fc.integer({ min: 1, max: 16_383 }), height: fc.integer({ min: 1, max: 16_383 }) })
    const focalPoint = fc.option(fc.record({ x: fraction, y: fraction }))
    const part = fc.option(
      fc
        .tuple(
          fraction,
          fraction,
          fc.double({ min: 0.001, max: 1, noNaN: true }),
          fc.double({ min: 0.001, max: 1, noNaN: true }),
        )
        .map(([x, y, w, h]) => ({ x: x * (1 - w), y: y * (1 - h), width: w, height: h })),
    )
    const property = fc.property(sizes, focalPoint, part, (size, point, use) => {
      for (const name of [FULL, ...Object.keys(settings.crops)]) {
        const whole = { ...size, focalPoint: point, crops: {} }
        const cut = cutOf(whole, settings, name, use)
        for (const width of cut?.widths ?? []) {
          if (!cut) continue
          const { scaled, part } = scalingOf(whole, cut, width)
          expect(part).toMatchObject({ width, height: heightAt(cut.box, width) })
          expect(Math.min(part.left, part.top)).toBeGreaterThanOrEqual(0)
          expect(part.left + part.width).toBeLessThanOrEqual(scaled.width)
          expect(part.top + part.height).toBeLessThanOrEqual(scaled.height)
          expect(scaled.width).toBeLessThanOrEqual(size.width)
          expect(scaled.height).toBeLessThanOrEqual(Math.max(size.height, part.height))
        }
      }
    })
    fc.assert(property, runs(200))
  })
})

describe('an external image service', () => {
  const row = { ...image, kind: 'image', id: 'x', checksum: 'c', width: 8192, height: 4096 } as unknown as MediaRow
  const template = 'https://img.example/{left},{top},{cropWidth},{cropHeight}/{width}x{height}/{encodedSource}'

  it('gets the part in pixels of its source', () => {
    const all = renditionsOf(row, { ...settings, baseUrl: 'https://cdn.example', template })
    const { url = '', srcset } = all.find(({ crop }) => crop === 'square') ?? {}
    const [part, size, source = ''] = url.replace('https://img.example/', '').split('/')
    expect([part, size]).toEqual(['1024,0,2048,2048', '1920x1920'])
    expect(decodeURIComponent(source)).toMatch(/^https:\/\/cdn\.example\/media\/x\/[\w-]{8}\/full-4096\.jpg$/)
    expect(srcset).toContain('/320x320/')
  })

  it.each([
    ['https://img.example/{width}/{source}', true],
    ['https://img.example/{width}/{encodedSource}', true],
    ['https://img.example/{widht}/{source}', false],
    ['https://img.example/{width}', false],
    ['javascript:{source}', false],
    ['https://img.example/{constructor}/{source}', false],
  ])('may have the template %s: %s', (value, isValid) => {
    expect(isServiceTemplate(value)).toBe(isValid)
  })
})
