/** Lists in HTML. */
import type { HtmlReading } from './html-reading.ts'
import { attribute, childrenOf, type HtmlElement, type HtmlNode, hasAttribute, isTag, isText } from './html-tree.ts'
import type { Mark, Run } from './inline.ts'
import { hasWords, isMedia, type ListPiece, type Piece, textLines } from './pieces.ts'

interface ReadItem {
  isItem: boolean
  pieces: Piece[]
}

/**
 * A list, and behind it the images and the like of its items. Code and tables in an item end the list, and so does a text
 * behind a list in an item; the list goes on behind the item with the next number. A list without numbers whose items begin
 * with headings only arranges them on the page: it becomes their content.
 */
export function listPieces(reader: HtmlReading, element: HtmlElement, marks: Mark[]): Piece[] {
  const items = childrenOf(element).flatMap((child): ReadItem[] => {
    if (isText(child) && child.value.trim() === '') return []
    const isItem = isTag(child, 'li')
    return [{ isItem, pieces: reader.pieces(isItem ? childrenOf(child) : [child], marks) }]
  })
  const { ordered, start, reversed } = numberingOf(element)
  if (!ordered && items.some(isHeaded) && items.every((item) => isHeaded(item) || item.pieces.every(isMedia)))
    return items.flatMap(({ pieces }) => pieces)
  const out: Piece[] = []
  let list: ListPiece = { type: 'list', ordered, start, reversed, items: [] }
  let media: Piece[] = []
  const end = () => out.push(...(list.items.length > 0 ? [list] : []), ...media)
  for (const [i, { isItem, pieces }] of items.entries()) {
    const at = endOfItem(pieces)
    addItem(list, at < 0 ? pieces : pieces.slice(0, at), media, isItem)
    if (at < 0) continue
    end()
    out.push(...pieces.slice(at))
    const next = ordered ? start + (reversed ? -1 : 1) * (i + 1) : 1
    list = { type: 'list', ordered, start: next, reversed, items: [] }
    media = []
  }
  end()
  return out
}

/** Where an item has what a list has no place for: code, a table, or a text behind a list; -1 if it has none. */
function endOfItem(pieces: Piece[]): number {
  const inner = pieces.findIndex(({ type }) => type === 'list')
  const isText = (piece: Piece) => piece.type !== 'list' && textLines(piece).some(hasWords)
  return pieces.findIndex(
    (piece, i) => piece.type === 'code' || piece.type === 'table' || (inner >= 0 && i > inner && isText(piece)),
  )
}

const isHeaded = ({ pieces: [first] }: ReadItem): boolean => first?.type === 'heading'

/** Adds an item. A list without a text before it belongs to the item above; the items of a list that is first are in its place. */
function addItem(list: ListPiece, pieces: Piece[], media: Piece[], isItem: boolean): void {
  const lines = pieces
    .filter((piece) => piece.type !== 'list')
    .flatMap(textLines)
    .filter(hasWords)
  const nested = pieces.filter((piece) => piece.type === 'list')
  media.push(...pieces.filter(isMedia))
  if (lines.length > 0 && (isItem || nested.length === 0 || list.items.length === 0))
    list.items.push({ lines, list: null })
  else if (lines.length > 0) list.items.at(-1)?.lines.push(...lines)
  const last = list.items.at(-1)
  for (const inner of nested) {
    if (!last) list.items.push(...inner.items)
    else if (last.list) last.list.items.push(...inner.items)
    else last.list = inner
  }
}

function numberingOf(element: HtmlElement): { ordered: boolean; start: number; reversed: boolean } {
  const ordered = element.tagName === 'ol'
  const value = attribute(element, 'start')
  const start = ordered && /^-?\d{1,6}$/.test(value.trim()) ? Number(value) : 1
  return { ordered, start, reversed: ordered && hasAttribute(element, 'reversed') }
}

/** A list of terms and descriptions, and behind it the images and the like of its items. */
export function definitionsOf(reader: HtmlReading, element: HtmlElement, marks: Mark[]): Piece[] {
  const items: Definitions = []
  const media: Piece[] = []
  for (const child of partsOf(element)) {
    const isOwn = isTag(child, 'dt', 'dd')
    const read = reader.lines(isOwn ? childrenOf(child) : [child], marks)
    media.push(...read.media)
    addLines(items, read.lines.filter(hasWords), isTag(child, 'dt'))
  }
  return items.length > 0 ? [{ type: 'definition-list', items }, ...media] : media
}

type Definitions = { terms: Run[][]; descriptions: Run[][] }[]

/** Adds terms or descriptions. A term behind a description begins an item. */
function addLines(items: Definitions, lines: Run[][], areTerms: boolean): void {
  if (lines.length === 0) return
  const last = items.at(-1)
  if (!last || (areTerms && last.descriptions.length > 0)) items.push({ terms: [], descriptions: [] })
  items.at(-1)?.[areTerms ? 'terms' : 'descriptions'].push(...lines)
}

/** The terms and descriptions of a list; `<div>` may group them. */
const partsOf = (element: HtmlElement): HtmlNode[] =>
  childrenOf(element).flatMap((child) =>
    isTag(child, 'div') && childrenOf(child).some((part) => isTag(part, 'dt', 'dd')) ? childrenOf(child) : [child],
  )
