/** Builds trees of HTML, into which documents in JSON are read. */
import { defaultTreeAdapter, html } from 'parse5'
import { cleanText } from '../clean-text.ts'
import { type HtmlElement, type HtmlNode, isTag } from '../html-tree.ts'
import { mediaAttributes } from '../shown-media.ts'
import type { JsonObject } from './json.ts'

type Attributes = Record<string, string | number | null | undefined>

/** An element; attributes without a value are left out. */
export function element(name: string, attributes: Attributes = {}, children: HtmlNode[] = []): HtmlElement {
  const attrs = Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ name: key, value: cleanText(String(value)) }],
  )
  const created = defaultTreeAdapter.createElement(name, html.NS.HTML, attrs)
  for (const child of children) defaultTreeAdapter.appendChild(created, child)
  return created
}

/** A text; its line ends are hard breaks. */
export const textNodes = (value: string): HtmlNode[] =>
  cleanText(value)
    .split(/\r\n?|\n/)
    .flatMap((line, i) => {
      const node: HtmlNode[] = line === '' ? [] : [defaultTreeAdapter.createTextNode(line)]
      return i === 0 ? node : [element('br'), ...node]
    })

/** A text as it stands, for code. */
export const verbatim = (value: string): HtmlNode[] => [defaultTreeAdapter.createTextNode(cleanText(value))]

/** Nodes in a paragraph of their own, if there are any. */
export const paragraph = (nodes: HtmlNode[]): HtmlNode[] => (nodes.length > 0 ? [element('p', {}, nodes)] : [])

/** What is shown, with its caption and its credit. */
export function figure(shown: HtmlNode[], caption: HtmlNode[], credit: HtmlNode[] = [], name?: string): HtmlElement {
  const small = credit.length > 0 ? [...textNodes(' '), element('small', {}, credit)] : []
  const captions = caption.length + small.length > 0 ? [element('figcaption', {}, [...caption, ...small])] : []
  return element('figure', { class: name }, [...shown, ...captions])
}

export const image = (src: string, alt: string, link = '', media: JsonObject = {}): HtmlElement => {
  const img = element('img', { src, alt, ...mediaAttributes(media) })
  return link === '' ? img : element('a', { href: link }, [img])
}

/** A quote; its attribution is who is quoted. */
export function quote(children: HtmlNode[], attribution: HtmlNode[], isPull = false): HtmlElement {
  const footer = attribution.length > 0 ? [element('footer', {}, attribution)] : []
  return element('blockquote', { class: isPull ? 'pullquote' : null }, [...children, ...footer])
}

export const code = (value: string, language: string): HtmlElement =>
  element('pre', {}, [element('code', { class: language === '' ? null : `language-${language}` }, verbatim(value))])

/** An item of a list of tasks: a box stands before its text. */
export const task = (isDone: boolean, children: HtmlNode[]): HtmlElement =>
  element('li', {}, prefixed(isDone ? '☑ ' : '☐ ', children))

/** Nodes with a text before them, which stands in their first paragraph. */
export function prefixed(prefix: string, nodes: HtmlNode[]): HtmlNode[] {
  const [first, ...more] = nodes
  if (!first || !isTag(first, 'p')) return [...textNodes(prefix), ...nodes]
  return [element('p', {}, [...textNodes(prefix), ...first.childNodes]), ...more]
}

/** A list of footnotes, and a reference to one. */
export const footnotes = (notes: { label: string; children: HtmlNode[] }[]): HtmlElement =>
  element('section', { class: 'footnotes' }, [
    element(
      'ol',
      {},
      notes.map(({ label, children }) => element('li', { id: `fn-${label}` }, children)),
    ),
  ])
export const footnoteReference = (label: string): HtmlElement =>
  element('sup', {}, [element('a', { href: `#fn-${label}`, role: 'doc-noteref' }, textNodes(`[${label}]`))])

/** Lines one below the other. */
export const joined = (lines: HtmlNode[][]): HtmlNode[] =>
  lines.filter((line) => line.length > 0).flatMap((line, i) => (i === 0 ? line : [element('br'), ...line]))
