/** Footnotes in HTML: lists of notes as Pandoc, WordPress, GitHub, Markdown converters and this service write them. */
import { isVisible } from '../lib/unicode.ts'
import type { HtmlReading } from './html-reading.ts'
import {
  attribute,
  classesOf,
  descendants,
  elementsOf,
  type HtmlElement,
  type HtmlNode,
  hasAttribute,
  isTag,
  textOfNode,
} from './html-tree.ts'
import type { Piece } from './pieces.ts'

/** The footnotes of a document. */
export interface Footnotes {
  /** The lists of notes, and what contains nothing but one. */
  lists: Set<HtmlElement>
  /** The rules that separate the lists from the text, and are part of them. */
  rules: Set<HtmlElement>
  /** The labels of the notes, by their elements. */
  notes: Map<HtmlElement, string>
  /** The labels by the `id` of these elements; where several have the same one, that of the first. */
  labels: Map<string, string>
}

const CONTAINER = /^(?:footnotes|footnotes-list|wp-block-footnotes|references)$/

const isContainer = (element: HtmlElement): boolean =>
  hasAttribute(element, 'data-footnotes') ||
  attribute(element, 'role') === 'doc-endnotes' ||
  classesOf(element).some((name) => CONTAINER.test(name))

/** Finds the footnotes of a document: the notes of a list of notes. Unless it is structured, a link has to lead to one of them. */
export function findFootnotes(nodes: HtmlNode[], isStructured = false): Footnotes {
  const all = [...descendants({ childNodes: nodes })]
  const targets = new Set(all.filter((element) => element.tagName === 'a').map((link) => attribute(link, 'href')))
  const lists = new Set<HtmlElement>()
  const notes = new Map<HtmlElement, string>()
  const labels = new Map<string, string>()
  const taken = new Set<string>()
  for (const container of all.filter(isContainer)) {
    const list = isTag(container, 'ol') ? container : elementsOf(container).find((child) => isTag(child, 'ol'))
    const items = elementsOf(list ?? { childNodes: [] }).filter((child) => isTag(child, 'li'))
    if (!list || lists.has(list) || items.length === 0) continue
    if (!isStructured && !items.some((note) => targets.has(`#${attribute(note, 'id')}`))) continue
    lists.add(list)
    for (const note of items.filter(isVisibleNote)) {
      const label = labelOf(note, taken)
      taken.add(label)
      notes.set(note, label)
      const id = attribute(note, 'id')
      if (!labels.has(id)) labels.set(id, label)
    }
  }
  const rules = new Set(all.filter(isContainer).flatMap((container) => rulesIn(container, lists)))
  return { lists, rules, notes, labels }
}

/** The rules in a container that stand above its list of notes. */
function rulesIn(container: HtmlElement, lists: Set<HtmlElement>): HtmlElement[] {
  const children = elementsOf(container)
  return children.filter((child, i) => isTag(child, 'hr') && lists.has(children[i + 1] ?? child))
}

/** Whether a note has a text beside its link back. */
const isVisibleNote = (note: HtmlElement): boolean => {
  const links = [...descendants(note)].filter(isBack)
  return isVisible(textOfNode(note).slice(links.map((link) => textOfNode(link)).join(' ').length))
}

/** The label in an id such as `fn1` or `fn-1`; else the number of the note. */
function labelOf(note: HtmlElement, taken: Set<string>): string {
  const [, label] = /^(?:user-content-)?fn-?:?([\w-]{1,40})$/.exec(attribute(note, 'id')) ?? []
  if (label !== undefined && !taken.has(label)) return label
  let number = taken.size + 1
  while (taken.has(String(number))) number += 1
  return String(number)
}

/** The label of the footnote that a link refers to; undefined if it refers to none. */
export const footnoteAt = (link: HtmlElement, { labels }: Footnotes): string | undefined =>
  labels.get(attribute(link, 'href').replace(/^#/, ''))

/** Addresses of notes in Word, and of notes and comments in Google Docs. */
const OFFICE = /^#(?:_(?:ftn|edn)(?:ref)?|(?:ftnt|cmnt)(?:_ref)?)\d+$/

/** Whether a link is a reference to a footnote that may not be there. */
export const isReference = (link: HtmlElement): boolean =>
  attribute(link, 'role') === 'doc-noteref' ||
  [/^#fn-?[\w-]*$/, OFFICE].some((pattern) => pattern.test(attribute(link, 'href')))

const BACK = /^(?:footnote-back(?:ref)?|data-footnote-backref|reversefootnote|mw-cite-backlink)$/

/** Whether a link leads from a note back to the text; or an element with such links, as on Wikipedia. */
function isBackLink(link: HtmlElement): boolean {
  return (
    hasAttribute(link, 'data-footnote-backref') ||
    attribute(link, 'role') === 'doc-backlink' ||
    classesOf(link).some((name) => BACK.test(name)) ||
    /^#(?:(?:user-content-)?fnref|\S+-link$|_(?:ftn|edn)ref|ftnt_ref)/.test(attribute(link, 'href'))
  )
}

/** Whether an element only leads back to the text. */
const isBack = (element: HtmlElement): boolean => isTag(element, 'a', 'span') && isBackLink(element)

/** A list of notes as a piece. */
export function footnotesOf(reader: HtmlReading, list: HtmlElement, { notes }: Footnotes): Piece {
  return {
    type: 'footnotes',
    items: elementsOf(list).flatMap((note) => {
      const label = notes.get(note)
      return label === undefined ? [] : [{ label, paragraphs: reader.lines(withoutBackLinks(note, reader), []).lines }]
    }),
  }
}

/** The content of a note without the links back to the text. */
function withoutBackLinks(note: HtmlElement, { warnings }: HtmlReading): HtmlNode[] {
  for (const link of [...descendants(note)].filter(isBack)) {
    warnings.account(textOfNode(link))
    link.childNodes = []
  }
  return note.childNodes
}
