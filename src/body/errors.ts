/** A body that can't be converted into blocks; the message says why, in words for whoever sent it. */
export class UnreadableBody extends Error {
  override readonly name = 'BodyNotReadable'
}
