/** Makes an entry of a file that has been received. */

import { eq } from 'drizzle-orm'
import { actorOf } from '../access/roles.ts'
import type { WriteContext } from '../access/write-context.ts'
import { createEntry, findOwnEntry, saveEntry } from '../catalogue/store.ts'
import { restoreEntry } from '../catalogue/trash.ts'
import { MAX_CREDIT } from '../lib/media.ts'
import { Problem } from '../lib/problem.ts'
import { singleLine } from '../lib/unicode.ts'
import { media } from '../storage/schema.ts'
import type { Writer } from '../storage/storage.ts'
import type { ReceivedFile } from './files/file-store.ts'
import type { ImageTasks } from './image-tasks.ts'
import type { FileFacts } from './inspect.ts'
import { mediaKind } from './kind.ts'
import type { MediaRow } from './renditions.ts'
import { indexMedia, newSearchKey } from './search-index.ts'
import { UnacceptableFile, type UnacceptableFileCode } from './unacceptable-file.ts'
import { shownFileName, titleOf, type UploadFields } from './upload-fields.ts'

/** A file and what it is. */
export interface InspectedFile {
  file: ReceivedFile
  facts: FileFacts
  fileName: string | null
}

const PROBLEMS = {
  'unsupported-type': 'unsupported-media-type',
  'too-large': 'too-large',
  damaged: 'unreadable',
} as const satisfies Record<UnacceptableFileCode, string>

/** Reads what a file is. Throws `unsupported-media-type`, `too-large` or `unreadable`. */
export async function inspectUpload(
  file: ReceivedFile,
  fileName: string | undefined,
  { inspectFile }: Pick<ImageTasks, 'inspectFile'>,
): Promise<InspectedFile> {
  const shown = shownFileName(fileName)
  try {
    return { file, fileName: shown, facts: await inspectFile(file.path) }
  } catch (error) {
    if (!(error instanceof UnacceptableFile)) throw error
    const { code, message } = error
    throw new Problem(PROBLEMS[code], message, { errors: [{ in: 'body', pointer: '/file', code, message }] })
  }
}

/** The columns that a file decides. */
function columnsOf({ file, facts, fileName }: InspectedFile) {
  const { kind, mimeType, width, height, dominantColour, thumbhash, metadata } = facts
  const { checksum, byteSize } = file
  return { kind, mimeType, width, height, dominantColour, thumbhash, metadata, checksum, byteSize, fileName }
}

/**
 * Creates the entry of a file, or gives the one that has the same bytes: restored, if it was in the trash. Texts that are
 * not sent are those of the file. Throws `conflict` if that file has been withdrawn.
 */
export async function createMedia(
  tx: Writer,
  inspected: InspectedFile,
  fields: UploadFields,
  context: WriteContext,
): Promise<{ row: MediaRow; isNew: boolean }> {
  const existing = await findByChecksum(tx, inspected.file.checksum)
  if (existing) return { row: await reuse(tx, existing, context), isNew: false }
  const { headline, caption, credit } = inspected.facts.metadata
  const input = {
    ...fields,
    caption: fields.caption === undefined ? caption : fields.caption,
    credit: fields.credit === undefined ? shortLine(credit ?? '', MAX_CREDIT) || undefined : fields.credit,
    name: fields.name ?? nameOf(headline, inspected),
  }
  const searchKey = await newSearchKey(tx)
  const own = { ...columnsOf(inspected), createdBy: actorOf(context.caller).id, searchKey }
  const row = await createEntry(tx, mediaKind, input, context, own)
  await indexMedia(tx, row)
  return { row, isNew: true }
}

const MAX_NAME = 200

/** A text of a file as an editor may send it: one line, not too long. */
const shortLine = (text: string, max: number): string => singleLine(text).slice(0, max).toWellFormed()

/** A title for a file: its headline, else its name, else its kind. */
function nameOf(headline: string | undefined, { fileName, facts }: InspectedFile): string {
  const title = headline?.trim() || titleOf(fileName ?? '') || facts.kind
  return shortLine(title, MAX_NAME)
}

const findByChecksum = async (tx: Writer, checksum: string): Promise<MediaRow | undefined> =>
  (await tx.select().from(media).where(eq(media.checksum, checksum)))[0]

async function reuse(tx: Writer, row: MediaRow, context: WriteContext): Promise<MediaRow> {
  requireAvailable(row)
  return row.deletedAt === null ? row : restoreEntry(tx, mediaKind, row.id, context)
}

/** Throws `conflict` for a file that has been withdrawn. */
function requireAvailable({ id, status, statusReason }: MediaRow): void {
  if (status !== 'withdrawn') return
  const detail = `this file was withdrawn: ${statusReason ?? 'no reason is given'}`
  throw new Problem('conflict', detail, { extensions: { media: id } })
}

/** How much the ratios of two images may differ for crops of one to fit the other. */
const MAX_DIFFERENCE = 0.01

/**
 * Gives an entry another file. Crops and the focal point stay if the new image has the same shape. Throws `not-found`,
 * `forbidden`, `precondition-failed` by `check`, and `conflict` for a file of another kind, one that another entry has, and
 * one that has been withdrawn.
 */
export async function replaceFile(
  tx: Writer,
  reference: string,
  inspected: InspectedFile,
  check: (currentVersion: number) => void,
  context: WriteContext,
): Promise<MediaRow> {
  const before = await findOwnEntry(tx, mediaKind, reference, context)
  check(before.version)
  requireAvailable(before)
  const columns = columnsOf(inspected)
  if (columns.kind !== before.kind)
    throw new Problem(
      'conflict',
      `the entry is of the kind ${before.kind}, and this file is of the kind ${columns.kind}`,
    )
  const other = await findByChecksum(tx, columns.checksum)
  if (other && other.id !== before.id)
    throw new Problem('conflict', 'another entry has this file', { extensions: { media: other.id } })
  const ratio = ({ width, height }: Pick<MediaRow, 'width' | 'height'>) => (width ?? 1) / (height ?? 1)
  const isSameShape = Math.abs(ratio(columns) / ratio(before) - 1) <= MAX_DIFFERENCE
  const cuts = isSameShape ? {} : { focalPoint: null, crops: {} }
  return saveEntry(tx, mediaKind, before, { ...columns, ...cuts }, context, 'replace')
}
