/** The allowed HTML, both in bodies that are read and in HTML that is written. */
import type { Schema } from 'hast-util-sanitize'

export const allowList: Schema = {
  tagNames: [
    ...['a', 'b', 'br', 'cite', 'code', 'del', 'em', 'i', 'kbd', 'q', 's', 'samp', 'small', 'strike', 'strong', 'tt'],
    ...['blockquote', 'figcaption', 'figure', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'img', 'p', 'pre'],
    ...['dd', 'dl', 'dt', 'li', 'ol', 'ul'],
    ...['caption', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr'],
  ],
  // No colspan or rowspan: one attribute could create a table of a million columns.
  attributes: { a: ['href'], code: [['className', /^language-[\w+#.-]{1,40}$/]], img: ['src', 'alt'] },
  protocols: { href: ['http', 'https', 'mailto', 'tel'], src: ['http', 'https'] },
  ancestors: Object.fromEntries(['tbody', 'td', 'tfoot', 'th', 'thead', 'tr'].map((name) => [name, ['table']])),
  strip: [
    ...['audio', 'canvas', 'embed', 'head', 'iframe', 'math', 'noembed', 'noframes', 'noscript', 'object', 'script'],
    ...['select', 'style', 'svg', 'template', 'textarea', 'title', 'video', 'xmp', 'plaintext'],
  ],
  clobber: [],
  allowComments: false,
  allowDoctypes: false,
}

/** Elements that only group or style their content: they are replaced by it, without a warning. */
export const unwrapped = new Set([
  ...['abbr', 'address', 'article', 'aside', 'bdi', 'bdo', 'big', 'body', 'center', 'data', 'details', 'dfn', 'div'],
  ...['font', 'header', 'hgroup', 'html', 'ins', 'main', 'mark', 'nav', 'picture', 'section', 'source', 'span'],
  ...['sub', 'summary', 'sup', 'time', 'u', 'var', 'wbr', 'col', 'colgroup'],
])
