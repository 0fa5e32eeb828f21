import { XMLBuilder } from 'fast-xml-parser'

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: true })

/** A document as XML 1.0 in UTF-8, with its declaration; see `elements`. */
export const xml = (document: object): string => XML_DECLARATION + elements(document)

/**
 * The same in steps: `frame` is the document with an empty element in the place of the items, and `items` are the members of the
 * elements that stand there.
 */
export function* xmlOfMany(frame: object, name: string, items: Iterable<object>): Generator<void, string> {
  const [before = '', after = ''] = xml(frame).split(`<${name}/>`)
  let document = before
  for (const item of items) {
    document += elements({ [name]: item })
    yield
  }
  return document + after
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'

/**
 * Elements as XML, by the names of the members: those that begin with `@_` are attributes, `#text` is text, a list is an
 * element for each item. Also escapes tabs and carriage returns, which a parser would normalize; characters that XML does
 * not allow become U+FFFD.
 */
export const elements = (members: object): string =>
  builder
    .build(members)
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;')
    .replace(/[\uFFFE\uFFFF]/g, '\uFFFD')
