/** What the converters of single elements need of the reader that calls them. */
import type { ConversionWarnings } from './conversion-warnings.ts'
import type { HtmlNode } from './html-tree.ts'
import type { Mark, Run } from './inline.ts'
import type { MediaAddresses } from './own-media.ts'
import type { Piece } from './pieces.ts'

/** Reads nodes; `marks` are those of the elements around them. */
export interface HtmlReading {
  readonly warnings: ConversionWarnings
  /** Whether the document says what its parts are, so that nothing is guessed. */
  readonly isStructured: boolean
  pieces(nodes: HtmlNode[], marks: Mark[]): Piece[]
  /** Lines of text, for places that hold nothing but text; and the images and the like that stand there. */
  lines(nodes: HtmlNode[], marks: Mark[]): { lines: Run[][]; media: Piece[] }
}

/** How the addresses in a document are read. */
export interface AddressOptions {
  /** The address by which relative ones are resolved. */
  base?: string | undefined
  /** The addresses that are those of media of this service. */
  own?: MediaAddresses | undefined
}

/** How a document is read. */
export interface ReaderOptions extends AddressOptions {
  /** Whether line ends are hard breaks and blank lines separate paragraphs, as in posts that WordPress stores. */
  lineEnds?: boolean
  /** Whether the title of an image is its caption, as in Markdown. */
  imageTitles?: boolean
  /** Whether the document says what its parts are: the attribution of a quote is not guessed, for one. */
  isStructured?: boolean
}
