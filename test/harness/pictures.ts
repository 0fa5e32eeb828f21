/** Pictures for tests, drawn here, with metadata as cameras and agencies write it. */
import sharp, { type Sharp } from 'sharp'

/** A harbour under a sky with a sun; letters in the corners say which side is up. */
export function drawing(width: number, height: number): Sharp {
  const size = Math.min(width, height)
  const corner = (letter: string, x: number, y: number) =>
    `<text x="${x}" y="${y}" font-size="${size / 12}" text-anchor="middle" fill="#fff">${letter}</text>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="#1c5d99"/><stop offset="1" stop-color="#f5b27a"/></linearGradient></defs>
    <rect width="100%" height="60%" fill="url(#sky)"/><rect y="60%" width="100%" height="40%" fill="#0e3a4c"/>
    <circle cx="${width * 0.8}" cy="${height * 0.25}" r="${size * 0.09}" fill="#ffe27a"/>
    <path d="M0 ${height * 0.55} Q ${width / 2} ${height * 0.2} ${width} ${height * 0.55}" stroke="#b5342b" stroke-width="${size / 60}" fill="none"/>
    ${corner('A', width * 0.06, height * 0.1)}${corner('B', width * 0.94, height * 0.1)}
    ${corner('C', width * 0.06, height * 0.97)}${corner('D', width * 0.94, height * 0.97)}
  </svg>`
  return sharp(Buffer.from(svg)).flatten({ background: '#000' })
}

/** Noise, which no coding makes small: a picture of as many pixels has about as many bytes. */
export const noise = (width: number, height: number): Sharp =>
  sharp({
    create: { width, height, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })

const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 photoshop:Credit="Coastal Wire" photoshop:City="Port Ellery" photoshop:Country="New Zealand">
<dc:subject><rdf:Bag><rdf:li>bridge</rdf:li><rdf:li>storm</rdf:li></rdf:Bag></dc:subject>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">The harbour bridge before the storm</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>`

/** A JPEG as an agency sends it: EXIF with a position by satellite, XMP, and IPTC with the headline. */
export async function photo({ width = 1200, height = 800, orientation = 1 } = {}): Promise<Buffer> {
  const jpeg = await drawing(width, height)
    .withExif({
      IFD0: { Artist: 'Ana Moreau', Copyright: '(c) Coastal Wire', Orientation: String(orientation) },
      IFD2: { DateTimeOriginal: '2026:05:01 12:30:00', OffsetTimeOriginal: '+12:00' },
      IFD3: { GPSLatitudeRef: 'S', GPSLatitude: '41/1 17/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '174/1 46/1 0/1' },
    })
    .withMetadata({ orientation })
    .withXmp(XMP)
    .jpeg()
    .toBuffer()
  return withIptc(jpeg, [
    [105, 'Bridge reopens'],
    [25, 'bridge'],
    [25, 'harbour'],
  ])
}

/** The JPEG with data sets of IPTC (IIM 4.2, record 2), in UTF-8. */
export function withIptc(jpeg: Buffer, sets: [number, string][]): Buffer {
  const record = (number: number, dataSet: number, value: Buffer) =>
    Buffer.concat([Buffer.from([0x1c, number, dataSet, value.length >> 8, value.length & 0xff]), value])
  const iptc = Buffer.concat([
    record(1, 90, Buffer.from('\x1b%G')),
    ...sets.map(([number, text]) => record(2, number, Buffer.from(text))),
  ])
  const header = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\0', 'latin1')
  header.writeUInt32BE(iptc.length, header.length - 4)
  return withSegment(jpeg, 0xed, Buffer.concat([header, iptc, Buffer.alloc(iptc.length % 2)]))
}

/** The JPEG with another segment at its beginning. */
export function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
  const header = Buffer.from([0xff, marker, 0, 0])
  header.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), header, content, jpeg.subarray(2)])
}

/** An animation whose frames have the colours. */
export const animation = async (colours: string[], format: 'gif' | 'webp', { width = 60, height = 40 } = {}) =>
  await sharp(
    await Promise.all(
      colours.map((background) =>
        sharp({ create: { width, height, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    ),
    { join: { animated: true } },
  )
    .toFormat(format, { delay: colours.map(() => 100) })
    .toBuffer()
