/** Reads audio and video: their headers, not their frames. */
import { parseFile } from 'music-metadata'
import type { MediaMetadata } from '../lib/media.ts'
import { firstText } from './metadata-text.ts'
import { UnacceptableFile } from './unacceptable-file.ts'

export interface RecordingFacts {
  width: number | null
  height: number | null
  metadata: MediaMetadata
}

/** Reads the audio or video at `path`. Throws `UnacceptableFile`. */
export async function inspectRecording(path: string): Promise<RecordingFacts> {
  const { format, common } = await parseFile(path, { skipCovers: true }).catch(() => {
    throw new UnacceptableFile('damaged', 'the recording cannot be read')
  })
  if (format.duration === undefined && format.codec === undefined && format.trackInfo.length === 0)
    throw new UnacceptableFile('damaged', 'the file has neither sound nor pictures; it may not be whole')
  const picture = format.trackInfo.find(({ video }) => video)?.video
  const texts = {
    headline: firstText(common.title ? [common.title] : []),
    creator: firstText(common.artists ?? []),
    copyright: firstText(common.copyright ? [common.copyright] : []),
  }
  return {
    width: picture?.pixelWidth ?? null,
    height: picture?.pixelHeight ?? null,
    metadata: {
      ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)),
      ...(format.duration && { duration: Math.round(format.duration * 1000) / 1000 }),
    },
  }
}
