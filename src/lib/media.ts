/** What is stored of media beside plain columns. */

/** The longest words of media, in characters. Where it is shown, it may have words of the same length. */
export const MAX_ALT = 1_000
export const MAX_CAPTION = 5_000
export const MAX_CREDIT = 300

/** A point of an image, as fractions of its width and height from the upper left corner. */
export interface Point {
  x: number
  y: number
}

/** A part of an image, as fractions of its width and height. */
export interface Crop extends Point {
  width: number
  height: number
}

/** Whether partners may have a file: all of them, none, or those whose grant says so. */
export const syndications = ['allowed', 'denied', 'by-grant'] as const
export type Syndication = (typeof syndications)[number]

/** Who owns a file, and who may use it for what. */
export interface MediaRights {
  holder: string | null
  licence: string | null
  /** The address of the licence's text. */
  licenceUrl: string | null
  usage: string | null
  restrictions: string | null
  /** From then on the file is shown nowhere. */
  expiresAt: string | null
  /** The countries (ISO 3166-1) in which it may be used; null for all. */
  regions: string[] | null
  syndication: Syndication
}

/** What the file says of itself (EXIF, IPTC, XMP). Positions by satellite are not read. */
export interface MediaMetadata {
  headline?: string
  caption?: string
  credit?: string
  creator?: string
  copyright?: string
  takenAt?: string
  city?: string
  country?: string
  keywords?: string[]
  /** The length of a recording, in seconds. */
  duration?: number
  /** The frames of an animation. */
  frames?: number
  /** Whether the file carries Content Credentials (C2PA). */
  hasContentCredentials?: boolean
}
