/**
 * Why a file is refused: its type is not accepted, it is too large to decode, or it is not a whole file of its type. The
 * message is a clause in lower case.
 */
export type UnacceptableFileCode = 'unsupported-type' | 'too-large' | 'damaged'

/** A file that media cannot be. */
export class UnacceptableFile extends Error {
  override name = 'UnacceptableFile'
  readonly code: UnacceptableFileCode

  constructor(code: UnacceptableFileCode, message: string) {
    super(message)
    this.code = code
  }
}
