/** The marks of inline content in HTML, by element and by style. */

import { type HtmlElement, styleOf } from './html-tree.ts'
import { isLink, type Mark } from './inline.ts'

type MarkName = Extract<Mark, string>

const MARKS: Record<string, MarkName> = {
  b: 'strong',
  strong: 'strong',
  em: 'emphasis',
  i: 'emphasis',
  cite: 'emphasis',
  dfn: 'emphasis',
  var: 'emphasis',
  s: 'strikethrough',
  del: 'strikethrough',
  strike: 'strikethrough',
  sup: 'superscript',
  sub: 'subscript',
  code: 'code',
  kbd: 'code',
  samp: 'code',
  tt: 'code',
}

/** The marks inside of an element: those around it, its own, and what its style adds or takes away. */
export function marksIn(element: HtmlElement, marks: Mark[]): Mark[] {
  const own = MARKS[element.tagName]
  return styled(element, own ? add(marks, own) : marks)
}

const add = (marks: Mark[], mark: Mark): Mark[] => (marks.includes(mark) ? marks : [...marks, mark])
const remove = (marks: Mark[], mark: Mark): Mark[] => marks.filter((other) => other !== mark)

/** The marks inside of a link: a link in a link replaces it. */
export const linked = (marks: Mark[], href: string): Mark[] => [
  ...marks.filter((mark) => !isLink(mark)),
  { type: 'link', href },
]

function styled(element: HtmlElement, marks: Mark[]): Mark[] {
  const style = styleOf(element)
  if (style.size === 0) return marks
  let result = marks
  const set = (mark: Mark, value: boolean | undefined) => {
    if (value !== undefined) result = value ? add(result, mark) : remove(result, mark)
  }
  set('strong', weight(style.get('font-weight')))
  set('emphasis', keyword(style.get('font-style'), ['italic', 'oblique'], ['normal']))
  const decoration = style.get('text-decoration-line') ?? style.get('text-decoration')
  set('strikethrough', decoration?.includes('line-through') ? true : keyword(decoration, [], ['none']))
  set('superscript', keyword(style.get('vertical-align'), ['super'], ['baseline']))
  set('subscript', keyword(style.get('vertical-align'), ['sub'], ['baseline']))
  return result
}

/** Whether a value turns a mark on or off; undefined if it says nothing. */
const keyword = (value: string | undefined, on: string[], off: string[]): boolean | undefined =>
  value === undefined ? undefined : on.includes(value) ? true : off.includes(value) ? false : undefined

function weight(value: string | undefined): boolean | undefined {
  if (value !== undefined && /^\d{1,4}$/.test(value)) return Number(value) >= 600
  return keyword(value, ['bold', 'bolder'], ['normal', 'lighter'])
}
