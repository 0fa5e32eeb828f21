/** What an editor should know of the media in an article before it is published. */
import { mediaItems, type ShownKind } from '../../body/media-uses.ts'
import type { Content } from '../../editions/content.ts'
import { pointerTo } from '../../lib/problem.ts'
import { type ImageUse, wordsOf } from '../../media/image.ts'
import { isAvailable, loadMedia } from '../../media/loader.ts'
import type { MediaRow } from '../../media/renditions.ts'
import type { MediaSettings } from '../../media/settings.ts'
import type { Reader } from '../../storage/storage.ts'

export const mediaRemarkCodes = [
  'media-unavailable',
  'missing-alt',
  'missing-credit',
  'rights-expire',
  'syndication-limited',
  'image-small',
] as const

export interface MediaRemark {
  /** A JSON pointer to where the article shows the media. */
  pointer: string
  code: (typeof mediaRemarkCodes)[number]
  message: string
}

/** How long before the rights in media expire that is said, in milliseconds. */
const NOTICE = 30 * 86_400_000

interface PlacedUse extends ImageUse {
  media: string
  kind: ShownKind
  path: PropertyKey[]
  isLead: boolean
}

/** The remarks on the media of a content that is published at a time. */
export async function mediaRemarks(db: Reader, content: Content, at: string): Promise<MediaRemark[]> {
  const uses = usesIn(content)
  const { stored, settings } = await loadMedia(
    db,
    uses.map(({ media }) => media),
  )
  return uses.flatMap((use) => {
    const row = stored(use.media)
    const found = row && isAvailable(row) ? findings(row, use, settings, at) : unavailable
    return found.map(([code, message]) => ({ pointer: pointerTo(use.path), code, message }))
  })
}

type Finding = [code: MediaRemark['code'], message: string]

const unavailable: Finding[] = [['media-unavailable', 'is withdrawn, expired or deleted: readers will not see it']]

function findings(row: MediaRow, use: PlacedUse, { widths }: MediaSettings, at: string): Finding[] {
  const { alt, credit } = wordsOf(row, use)
  const { expiresAt, syndication } = row.rights
  const found: Finding[] = []
  // An alt text that is empty on purpose says that the image is decoration.
  if (use.kind === 'image' && alt === '' && use.alt !== '') found.push(['missing-alt', 'has no alt text'])
  if (credit === null) found.push(['missing-credit', 'has no credit'])
  if (expiresAt !== null && expiresAt <= at) found.push(['rights-expire', `may not be shown after ${expiresAt}`])
  else if (expiresAt !== null && Date.parse(expiresAt) - Date.parse(at) <= NOTICE)
    found.push(['rights-expire', `disappears when its rights expire, at ${expiresAt}`])
  if (syndication === 'denied') found.push(['syndication-limited', 'is given neither to partners nor in feeds'])
  if (syndication === 'by-grant')
    found.push(['syndication-limited', 'is given only to partners whose grant has media, and not in feeds'])
  const [width, widest] = [(row.width ?? 0) * (use.crop?.width ?? 1), widths.at(-1) ?? 0]
  if (use.isLead && width < widest)
    found.push(['image-small', `is ${Math.floor(width)} pixels wide: less than ${widest}`])
  return found
}

function usesIn({ image, body }: Content): PlacedUse[] {
  const lead = image ? [{ ...image, kind: 'image' as const, path: ['image'], isLead: true }] : []
  const inBody = body.flatMap((block, index) =>
    mediaItems(block).map(({ media, kind, path, item }) => {
      return { ...item, media, kind, path: ['body', index, ...path], isLead: false }
    }),
  )
  return [...lead, ...inBody]
}
