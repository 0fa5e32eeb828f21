import { XMLBuilder } from 'fast-xml-parser'

const builder = new XMLBuilder({
  ignoreAttributes: false,
  suppressEmptyNode: true,
  // Else the attribute of a tag that is named `true` would have no value.
  suppressBooleanAttributes: false,
})

/** A document as XML 1.0 in UTF-8, with its declaration; see `elements`. */
export const xml = (document: object): string => XML_DECLARATION + elements(document)

/** What stands in an element for its text, which is added later. */
export const TEXT_PLACE = { place: '' }

/** An element with `TEXT_PLACE` in one of those in it, and the text for it. */
export interface ElementWithText {
  element: object
  text: string
}

/**
 * The same in steps, for many elements with long texts: `frame` is the document with an empty element of the name in the
 * place of the others.
 */
export function* xmlOfMany(frame: object, name: string, items: ElementWithText[]): Generator<void, string> {
  const [before = '', after = ''] = xml(frame).split(`<${name}/>`)
  let document = before
  for (const { element, text } of items) {
    const [open = '', close = ''] = elements({ [name]: element }).split('<place/>')
    document += open
    for (let at = 0; at < text.length; at += STEP) {
      document += text.slice(at, at + STEP).replace(SPECIAL, (character) => ENTITIES[character] ?? '\uFFFD')
      yield
    }
    document += close
    yield
  }
  return document + after
}

/** How many characters of a text are escaped in a step. */
const STEP = 8_192
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expressions match control characters
const SPECIAL = /[&<>"'\u0000-\u0009\u000b-\u001f\ufffe\uffff]/g
/** The characters that XML 1.0 does not allow, not even as a reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const NOT_ALLOWED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
  '\t': '&#9;',
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'

/**
 * Elements as XML, by the names of the members: those that begin with `@_` are attributes, `#text` is text, a list is an
 * element for each item. Also escapes tabs and carriage returns, which a parser would normalize; characters that XML does
 * not allow become U+FFFD.
 */
export const elements = (members: object): string =>
  builder.build(members).replaceAll('\r', '&#13;').replaceAll('\t', '&#9;').replace(NOT_ALLOWED, '\uFFFD')
