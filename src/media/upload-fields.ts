/** What is sent with a file: the members of a media entry, as texts where the body is the file itself. */
import * as z from 'zod'
import { BinaryFile } from '../http/body-forms.ts'
import { parseSmallJson } from '../http/json-body.ts'
import { Problem } from '../lib/problem.ts'
import { WebUrl } from '../lib/schemas.ts'
import { invalidCharacters } from '../lib/unicode.ts'
import { MediaInput } from './schemas.ts'

const { name, ...members } = MediaInput.shape
const shape = { name: name.optional(), ...members }

/** The members of an upload, all of which can be left out. */
export const UploadFields = z.strictObject(shape)
export type UploadFields = z.infer<typeof UploadFields>

/** A file to fetch, with its members. */
export const MediaByAddress = z
  .strictObject({ url: WebUrl.meta({ description: 'The address of the file.' }), ...shape })
  .meta({
    id: 'MediaByAddress',
    description: 'A file to fetch from the public internet.',
    examples: [{ url: 'https://wire.example/bridge.jpg', credit: 'Ana Moreau/Coastal Wire' }],
  })

/** A multipart form; members that are objects are JSON. */
export const MediaForm = z.strictObject({ file: BinaryFile, ...shape }).meta({
  id: 'MediaForm',
  description: 'A file and its members, in any order.',
  examples: [{ file: '(the bytes)', credit: 'Ana Moreau/Coastal Wire' }],
})

/** A member that is an object, as JSON text. */
const jsonText = (schema: z.ZodType) =>
  z
    .string()
    .max(20_000)
    .transform((text, { addIssue }) => {
      try {
        return parseSmallJson(Buffer.from(text))
      } catch (error) {
        const isUnclean = error instanceof Problem && error.type === 'invalid-encoding'
        addIssue(isUnclean ? 'must be clean text: it has a control character or half a character' : 'must be JSON')
        return z.NEVER
      }
    })
    .pipe(schema)
    .optional()
    .meta({ description: schema.meta()?.description, type: 'string' })

/** The same members, each as a text: fields of a form, or parameters beside a body that is the file. */
export const uploadTexts = {
  ...shape,
  focalPoint: jsonText(members.focalPoint),
  crops: jsonText(members.crops),
  rights: jsonText(members.rights),
}

/** Characters that change the direction of the text around them, or are not seen. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}]/gu
const MAX_FILE_NAME = 255

/**
 * A file name as it may be shown: without folders and invisible characters. It never becomes a path. Null for none. Throws
 * `invalid-encoding`.
 */
export function shownFileName(sent: string | undefined): string | null {
  if (sent === undefined) return null
  const error = invalidCharacters(sent)
  if (error !== undefined) {
    const errors = [{ in: 'body' as const, pointer: '/fileName', code: 'invalid-encoding', message: error }]
    throw new Problem('invalid-encoding', `the file name ${error}`, { errors })
  }
  const last = sent.split(/[/\\]/).at(-1) ?? ''
  return last.replace(INVISIBLE, '').trim().slice(0, MAX_FILE_NAME).toWellFormed() || null
}

/** The title for a file name: without its extension. */
export const titleOf = (fileName: string): string => fileName.replace(/\.\w{1,8}$/, '').trim()
