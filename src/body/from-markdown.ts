/** A Markdown document (CommonMark with GFM's tables, strikethrough, bare links and footnotes) to mdast. */
import type { Root } from 'mdast'
import { fromMarkdown as parse } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { UnreadableBody } from './errors.ts'
import { walk } from './inline.ts'
import { countMarkup, MAX_MARKUP } from './links.ts'

const MAX_LINES = 20_000
const MAX_DEPTH = 50
const MAX_BARE_LINKS = 5_000

/** What GFM makes a link of, or looks at twice because it might. */
const BARE_LINK = /@|www\.|https?:/gi

/** The start of a line up to its words: indentation and the marks of quotes and lists. */
const PREFIX = /^[ \t>*+.)\d-]*/
const MAX_PREFIX = 100

/** A box to tick has no place in a list of a news text: its brackets stay as words. */
const extensions = [gfm(), { disable: { null: ['tasklistCheck'] } }]
/** Without GFM's second look for addresses: it would make a link of one that was escaped on purpose. */
const mdastExtensions = gfmFromMarkdown().map(({ transforms: _, ...rest }) => rest)

/** Reads a Markdown document. Throws BodyNotReadable. */
export function fromMarkdown(value: string): Root {
  if (countMarkup(value) > MAX_MARKUP) {
    throw new UnreadableBody(`the Markdown has more than ${MAX_MARKUP} characters of markup`)
  }
  if ((value.match(BARE_LINK)?.length ?? 0) > MAX_BARE_LINKS) {
    throw new UnreadableBody(`the Markdown has more than ${MAX_BARE_LINKS} bare addresses`)
  }
  const lines = value.split('\n', MAX_LINES + 1)
  if (lines.length > MAX_LINES) {
    throw new UnreadableBody(`the Markdown has more than ${MAX_LINES} lines`)
  }
  if (lines.some(isDeep)) throw tooDeep()
  const root = parse(value, { extensions, mdastExtensions })
  for (const { depth } of walk(root)) if (depth > MAX_DEPTH) throw tooDeep()
  return root
}

const tooDeep = () => new UnreadableBody(`the Markdown is nested more than ${MAX_DEPTH} deep`)

/** Whether a line opens more quotes and lists than any text has: each costs the parser on every line below it. */
function isDeep(line: string): boolean {
  const [prefix = ''] = PREFIX.exec(line) ?? []
  return prefix.replaceAll('\t', '    ').length > MAX_PREFIX && /[-+*.)][ \t]|>/.test(prefix)
}
