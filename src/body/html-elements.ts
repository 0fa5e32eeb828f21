/** What becomes of the elements of HTML that have no converter of their own. */
import type { ConversionWarnings } from './conversion-warnings.ts'
import { attribute, descendants, type HtmlElement } from './html-tree.ts'

/** Elements whose text stands for something else, or is shown in its absence. */
export const REPLACED = new Set([
  ...['annotation', 'annotation-xml', 'canvas', 'embed', 'head', 'noembed', 'noframes', 'noscript', 'svg', 'template'],
  ...['title', 'textarea', 'select', 'datalist'],
])
/** Elements that a body has, or that only group or style their content: no warning. */
const KNOWN = new Set([
  ...['a', 'abbr', 'address', 'article', 'aside', 'audio', 'b', 'bdi', 'bdo', 'big', 'blockquote', 'body', 'br'],
  ...['caption', 'center', 'cite', 'code', 'col', 'colgroup', 'data', 'dd', 'del', 'details', 'dfn', 'div', 'dl', 'dt'],
  ...['em', 'figcaption', 'figure', 'font', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hgroup', 'hr'],
  ...['html', 'i', 'img', 'ins', 'kbd', 'li', 'main', 'mark', 'nav', 'ol', 'p', 'picture', 'pre', 'q', 's', 'samp'],
  ...['section', 'small', 'source', 'span', 'strike', 'strong', 'sub', 'summary', 'sup', 'table', 'tbody', 'td'],
  ...[
    'tfoot',
    'th',
    'thead',
    'time',
    'tr',
    'tt',
    'u',
    'ul',
    'var',
    'video',
    'wbr',
    'link',
    'meta',
    'base',
    'param',
    'iframe',
    'label',
    'object',
    'embed',
    // An empty paragraph of Word.
    'o:p',
  ],
])

/** Whether an element is the box of an item in a list of tasks; it may stand in a label or a paragraph of the item. */
export function isTaskBox(element: HtmlElement): boolean {
  if (element.tagName !== 'input' || attribute(element, 'type') !== 'checkbox') return false
  const { parentNode: parent } = element
  const item = parent && /^(?:label|p)$/.test(parent.nodeName) && 'parentNode' in parent ? parent.parentNode : parent
  return item?.nodeName === 'li'
}

/** Warns about an element that a body cannot have, and about event handlers. */
export function warnAboutElement(element: HtmlElement, warnings: ConversionWarnings): void {
  const { tagName, attrs } = element
  if (!KNOWN.has(tagName) && !isTaskBox(element)) warnings.add('element-dropped', `<${tagName.slice(0, 40)}> element`)
  for (const { name } of attrs)
    if (/^on/i.test(name)) warnings.add('attribute-dropped', `${name.slice(0, 40).toLowerCase()} attribute`)
}

/** Warns about the links in an element that becomes plain text; `place` says what that text is. */
export function warnAboutLinks(element: HtmlElement, place: string, warnings: ConversionWarnings): void {
  for (const link of descendants(element))
    if (link.tagName === 'a' && attribute(link, 'href') !== '') warnings.add('link-dropped', `link in ${place}`)
}
