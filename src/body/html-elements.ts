/** What becomes of the elements of HTML that have no converter of their own. */
import type { ConversionWarnings } from './conversion-warnings.ts'
import type { HtmlElement } from './html-tree.ts'

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
    'object',
    'embed',
  ],
])

/** Warns about an element that a body cannot have, and about event handlers. */
export function warnAboutElement({ tagName, attrs }: HtmlElement, warnings: ConversionWarnings): void {
  if (!KNOWN.has(tagName)) warnings.add('element-dropped', `<${tagName.slice(0, 40)}> element`)
  for (const { name } of attrs)
    if (/^on/i.test(name)) warnings.add('attribute-dropped', `${name.slice(0, 40).toLowerCase()} attribute`)
}
