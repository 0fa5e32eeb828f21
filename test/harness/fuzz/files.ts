/** Files that are small, and different: the service stores a file once. */

/** How many files there are to draw from. */
export const FILES = 300

const GIF = Buffer.from('47494638396101000100800000000000ffffff2c00000000010001000002024401003b', 'hex')
/** Where the first colour of the image stands in it. */
const COLOUR = 13

const WAV = Buffer.from(
  '524946462c00000057415645666d74201000000001000100401f0000401f0000010008006461746108000000',
  'hex',
)

/** An image of one pixel. */
export function imageOf(colour: number): Buffer {
  const image = Buffer.from(GIF)
  image.writeUInt16BE(colour, COLOUR)
  return image
}

/** The file of a number: mostly an image, else a recording of eight samples, or bytes that are neither. */
export function fileOf(number: number): Buffer {
  if (number % 10 === 8) return Buffer.concat([WAV, Buffer.alloc(8, number)])
  if (number % 10 === 9) return Buffer.alloc(20, number)
  return imageOf(number)
}
