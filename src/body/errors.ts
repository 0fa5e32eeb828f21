/** A body that cannot be converted into blocks; the message says why and is shown to the client. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
}
