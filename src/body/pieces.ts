/** What converters read a text into: blocks whose texts are still runs, so that any of them can stand in any other. */
import { isVisible } from '../lib/unicode.ts'
import { plainTextOf, type Run, tidyRuns } from './inline.ts'
import type { ShownSource } from './shown-media.ts'

export interface ImagePiece {
  type: 'image'
  source: ShownSource
  alt: string
  /** Where the image leads; null if it is no link. */
  link: string | null
  caption: Run[]
  credit: string
}

export interface RecordingPiece {
  type: 'audio' | 'video'
  source: ShownSource
  poster: string | null
  caption: Run[]
  credit: string
}

export interface EmbedPiece {
  type: 'embed'
  url: string
  provider: string
  title: string
  caption: Run[]
  aspectRatio: number | null
}

export type MediaPiece = ImagePiece | RecordingPiece | EmbedPiece

export interface ListPiece {
  type: 'list'
  ordered: boolean
  start: number
  reversed: boolean
  items: { lines: Run[][]; list: ListPiece | null }[]
}

export interface CellPiece {
  runs: Run[]
  isHeader: boolean
  colspan: number
  rowspan: number
  align: 'left' | 'center' | 'right' | null
}

export interface TablePiece {
  type: 'table'
  caption: Run[]
  rows: { cells: CellPiece[]; isHeader: boolean }[]
}

export type Piece =
  | { type: 'paragraph'; runs: Run[] }
  | { type: 'heading'; level: number; runs: Run[] }
  | { type: 'quote'; isPull: boolean; paragraphs: Run[][]; attribution: string }
  | ListPiece
  | { type: 'definition-list'; items: { terms: Run[][]; descriptions: Run[][] }[] }
  | MediaPiece
  | { type: 'gallery'; images: ImagePiece[]; caption: Run[] }
  | { type: 'code'; text: string; language: string | null }
  | { type: 'divider' }
  | TablePiece
  | { type: 'footnotes'; items: { label: string; paragraphs: Run[][] }[] }

export const isMedia = (piece: Piece): piece is MediaPiece | Extract<Piece, { type: 'gallery' }> =>
  ['image', 'audio', 'video', 'embed', 'gallery'].includes(piece.type)

const plain = (text: string): Run[] => [{ text, marks: [] }]
export const hasWords = (runs: Run[]): boolean => isVisible(plainTextOf(runs))

/** The texts of a piece, line by line, for places that hold nothing but text. Images and the like have none. */
export function textLines(piece: Piece): Run[][] {
  switch (piece.type) {
    case 'paragraph':
    case 'heading':
      return [piece.runs]
    case 'quote':
      return piece.attribution ? [...piece.paragraphs, plain(`— ${piece.attribution}`)] : piece.paragraphs
    case 'list':
      return piece.items.flatMap(({ lines, list }) => [...lines, ...(list ? textLines(list) : [])])
    case 'definition-list':
      return piece.items.flatMap(({ terms, descriptions }) => [...terms, ...descriptions])
    case 'code':
      return piece.text.split('\n').map((text) => [{ text, marks: ['code'] }])
    case 'table':
      return [
        piece.caption,
        ...piece.rows.map(({ cells }) =>
          joinLines(
            cells.map(({ runs }) => oneLine(runs)),
            ' ',
          ),
        ),
      ].filter(hasWords)
    case 'footnotes':
      return piece.items.flatMap(({ paragraphs }) => paragraphs)
    default:
      return []
  }
}

/** Several texts as one, with a separator between them: a hard break or a space. */
export const joinLines = (lines: Run[][], separator: '\n' | ' '): Run[] =>
  lines.flatMap((runs, i) => (i === 0 ? runs : [...plain(separator), ...runs]))

/** A text as a single line: hard breaks become spaces. */
export const oneLine = (runs: Run[]): Run[] =>
  tidyRuns(runs.map(({ text, marks }) => ({ text: text.replace(/\s+/g, ' '), marks })))

/** Divides a text at two hard breaks in a row, by which old pages separate paragraphs. */
export function paragraphsOf(runs: Run[]): Run[][] {
  const tidy = tidyRuns(runs)
  if (!tidy.some(({ text }) => text.includes('\n\n'))) return [tidy].filter(hasWords)
  const paragraphs: Run[][] = [[]]
  for (const { text, marks } of tidy) {
    const [first = '', ...more] = text.split(/\n\n+/)
    paragraphs.at(-1)?.push({ text: first, marks })
    for (const part of more) paragraphs.push([{ text: part, marks }])
  }
  return paragraphs.map(tidyRuns).filter(hasWords)
}

/** Collects pieces in the order of a text: inline content becomes a paragraph where a block begins or ends. */
export class PieceCollector {
  readonly #pieces: Piece[] = []
  #runs: Run[] = []
  #hasWords = false
  /** Images and the like that stand in the present paragraph, behind its first words. */
  #media: Piece[] = []

  text(run: Run): void {
    this.#runs.push(run)
    this.#hasWords ||= isVisible(run.text)
  }

  /** Ends the present paragraph. */
  flush(): void {
    for (const runs of paragraphsOf(this.#runs)) this.#pieces.push({ type: 'paragraph', runs })
    this.#pieces.push(...this.#media)
    this.#runs = []
    this.#media = []
    this.#hasWords = false
  }

  block(piece: Piece): void {
    this.flush()
    this.#pieces.push(piece)
  }

  /** An image or the like within a text. It follows the paragraph, or precedes it where it stands before its words. */
  media(piece: Piece): void {
    this.text({ text: ' ', marks: [] })
    if (this.#hasWords) this.#media.push(piece)
    else this.#pieces.push(piece)
  }

  all(): Piece[] {
    this.flush()
    return this.#pieces
  }
}
