/** Connections between two threads. */
import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/** Bytes, the end of them, or that the other side may send more. */
type Message = Uint8Array | 'end' | 'more'

/**
 * One end of a connection between two threads: what is written to one is read from the other. The HTTP server and client
 * of Node take it for a socket. A writer waits until the other side has read what was sent before.
 */
export class PortStream extends Duplex {
  /** The address of the client, as a socket has it. */
  readonly remoteAddress: string | undefined
  readonly #port: MessagePort
  /** Ends the write that waits for the other side. */
  #written: ((error?: Error) => void) | undefined
  /** Whether the other side waits until this one has read. */
  #owesMore = false
  #hasEnd = false

  constructor(port: MessagePort, remoteAddress?: string) {
    super()
    this.remoteAddress = remoteAddress
    this.#port = port
    port.on('message', (message: Message) => this.#receive(message))
    port.on('close', () => this.#closed())
  }

  #receive(message: Message): void {
    if (message === 'more') {
      const written = this.#written
      this.#written = undefined
      written?.()
    } else if (message === 'end') {
      this.#hasEnd = true
      this.push(null)
    } else if (this.push(message)) this.#port.postMessage('more')
    else this.#owesMore = true
  }

  /** The other side has gone: what it had sent before its end can still be read. */
  #closed(): void {
    if (this.#hasEnd && !this.readableEnded) this.once('end', () => this.destroy())
    else this.destroy()
  }

  override _read(): void {
    if (!this.#owesMore) return
    this.#owesMore = false
    this.#port.postMessage('more')
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error) => void): void {
    this.#send([chunk], written)
  }

  override _writev(chunks: { chunk: Buffer }[], written: (error?: Error) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      written,
    )
  }

  /** Sends a copy: the memory of a buffer may be that of others, too, and what is transferred is gone here. */
  #send(chunks: Buffer[], written: (error?: Error) => void): void {
    const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    this.#written = written
    this.#port.postMessage(bytes, [bytes.buffer])
  }

  override _final(done: () => void): void {
    this.#port.postMessage('end')
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close()
    this.#written = undefined
    done(error)
  }

  /** As a socket has it. There is no limit of time here: the connection of the client has one. */
  setTimeout(): this {
    return this
  }
}
