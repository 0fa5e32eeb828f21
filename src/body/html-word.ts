/**
 * What Word and Google Docs write in place of lists and footnotes: paragraphs with the signs of items before them, and notes
 * in boxes. They become the elements that HTML has for them.
 */
import { element } from './documents/build.ts'
import {
  attribute,
  childrenOf,
  descendants,
  elementsOf,
  type HtmlElement,
  type HtmlNode,
  isElement,
  isTag,
  isText,
  styleOf,
  textOfNode,
} from './html-tree.ts'

/** Whether a text may have what `withListsAndNotes` looks for. */
export const mayHaveWordMarkup = (html: string): boolean => /mso-(?:list|element)|ftnt_ref/.test(html)

/** The nodes, with lists and footnotes for what Word and Google Docs have written. Changes the nodes. */
export function withListsAndNotes(nodes: HtmlNode[]): HtmlNode[] {
  const out: HtmlNode[] = []
  let lists = new OpenLists(out)
  let notes: HtmlElement | null = null
  for (const node of nodes) {
    const item = itemOf(node)
    const note = noteOf(node)
    if (!item && !isBlank(node)) lists = new OpenLists(out)
    if (!note && !isBlank(node)) notes = null
    if (item) lists.add(item)
    else if (note) {
      notes ??= addNotes(out)
      notes.childNodes.push(note)
    } else out.push(isElement(node) ? withContent(node) : node)
  }
  return out
}

function addNotes(out: HtmlNode[]): HtmlElement {
  const notes = element('ol')
  out.push(element('section', { class: 'footnotes' }, [notes]))
  return notes
}

/** An element with its content read in the same way. Word separates the notes from the text by a rule. */
function withContent(node: HtmlElement): HtmlElement {
  const areNotes = /^(?:foot|end)note-list$/.test(styleOf(node).get('mso-element') ?? '')
  node.childNodes = withListsAndNotes(node.childNodes.filter((child) => !areNotes || !isTag(child, 'br', 'hr')))
  for (const child of node.childNodes) child.parentNode = node
  return node
}

const isBlank = (node: HtmlNode): boolean => (isText(node) ? node.value.trim() === '' : !isElement(node))

interface WordItem {
  /** Which list of the document it belongs to. */
  list: string
  /** How deep it stands, from 1. */
  level: number
  /** The number before it; null for a bullet. */
  number: number | null
  content: HtmlNode[]
}

/** A paragraph that is an item: its style names the list, and the sign before it stands in an element of its own. */
function itemOf(node: HtmlNode): WordItem | null {
  if (!isTag(node, 'p')) return null
  const [, list, level] = /^(l\d+) level([1-9])\b/.exec(styleOf(node).get('mso-list') ?? '') ?? []
  if (list === undefined) return null
  const sign = [...descendants(node)].find((child) => styleOf(child).get('mso-list') === 'ignore')
  const number = sign && numberOf(textOfNode(sign))
  if (!sign || number === undefined) return null
  sign.childNodes = []
  return { list, level: Number(level), number, content: childrenOf(node) }
}

/** The number that a sign before an item is; null for a bullet, undefined for what has to stay a text, such as `1.2.`. */
function numberOf(sign: string): number | null | undefined {
  // Symbol fonts have bullets at the places of letters.
  if (/^[^\p{L}\p{N}]*$/u.test(sign) || /^[a-zØ]$/.test(sign)) return null
  const [, number, letter] = /^\(?(?:(\d{1,6})|([a-z]))[.)]?$/i.exec(sign) ?? []
  if (number !== undefined) return Number(number)
  if (letter !== undefined) return letter.toLowerCase() === 'i' ? 1 : letter.toLowerCase().charCodeAt(0) - 96
  return /^\(?[ivxlc]{2,8}[.)]$/i.test(sign) ? 1 : undefined
}

/** The lists in each other to which the next item may belong. */
class OpenLists {
  readonly #out: HtmlNode[]
  readonly #open: HtmlElement[] = []
  #list = ''

  constructor(out: HtmlNode[]) {
    this.#out = out
  }

  add({ list, level, number, content }: WordItem): void {
    const name = number === null ? 'ul' : 'ol'
    const isOther = list !== this.#list && level === 1
    this.#list = list
    this.#open.length = Math.min(this.#open.length, isOther ? 0 : level)
    const last = this.#open.at(-1)
    if (this.#open.length === level && last && !isTag(last, name)) this.#open.pop()
    while (this.#open.length < level) this.#begin(element(name, { start: number === 1 ? null : number }))
    this.#open.at(-1)?.childNodes.push(element('li', {}, content))
  }

  /** Begins a list, in the last item of the one around it. */
  #begin(list: HtmlElement): void {
    const around = this.#open.at(-1)
    const item = around?.childNodes.findLast(isElement)
    if (item) item.childNodes.push(list)
    else if (around) around.childNodes.push(element('li', {}, [list]))
    else this.#out.push(list)
    this.#open.push(list)
  }
}

/** A note in a box, as an item of a list of notes. Links refer to it by the id of the item. */
function noteOf(node: HtmlNode): HtmlElement | null {
  if (!isTag(node, 'div')) return null
  const isWords = /^(?:foot|end)note$/.test(styleOf(node).get('mso-element') ?? '')
  const [first] = elementsOf(node).flatMap(elementsOf)
  const id = isWords ? `_${attribute(node, 'id')}` : first && isTag(first, 'a') ? attribute(first, 'id') : ''
  return /^(?:_(?:ftn|edn)|ftnt)\d+$/.test(id) ? element('li', { id }, childrenOf(node)) : null
}
