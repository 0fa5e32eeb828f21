import { connect } from 'node:net'

export interface RawReply {
  status: number
  headers: Record<string, string>
  body: string
}

/** Sends these bytes over a connection of its own and gives what comes back: for what no HTTP client would send. */
export function raw(url: string, head: string, ...more: (string | Buffer)[]): Promise<RawReply> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => {
      for (const piece of [`${head}\r\nHost: dateline.example\r\nConnection: close\r\n\r\n`, ...more])
        socket.write(piece)
    })
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece
    })
    // The server may well hang up on what it refuses; what it said before that counts.
    socket.on('error', () => {})
    socket.on('close', () => resolve(parsed(text)))
  })
}

/** The same by a client that reads nothing before it has written all: the reply may be lost by then. */
export function rawBlind(url: string, head: string, pieces: Iterable<string | Buffer>): Promise<RawReply> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(port), hostname)
    socket.pause()
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(parsed(text)))
    const write = (piece: string | Buffer) => new Promise<void>((written) => socket.write(piece, () => written()))
    const all = async () => {
      await write(`${head}\r\nHost: dateline.example\r\nConnection: close\r\n\r\n`)
      for (const piece of pieces) await write(piece)
      socket.resume()
    }
    void all()
  })
}

function parsed(text: string): RawReply {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')])
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') }
}
