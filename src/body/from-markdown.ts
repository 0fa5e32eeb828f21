/** A Markdown document (CommonMark with the tables, strikethrough, autolinks and footnotes of GFM) to mdast. */
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

/** What may start a GFM autolink: each is expensive to parse. */
const BARE_LINK = /@|www\.|https?:/gi

/** The start of a line up to its text: indentation and markers of quotes and lists. */
const PREFIX = /^[ \t>*+.)\d-]*/
const MAX_PREFIX = 100

/** Task list items are not supported: their brackets remain text. */
const extensions = [gfm(), { disable: { null: ['tasklistCheck'] } }]
/** Without GFM's second pass for autolinks, which would also link addresses that are escaped on purpose. */
const mdastExtensions = gfmFromMarkdown().map(({ transforms: _, ...rest }) => rest)

/** Parses a Markdown document. Throws `UnreadableBody`. */
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

/** Whether a line opens implausibly many quotes and lists: the parser pays for each on every following line. */
function isDeep(line: string): boolean {
  const [prefix = ''] = PREFIX.exec(line) ?? []
  return prefix.replaceAll('\t', '    ').length > MAX_PREFIX && /[-+*.)][ \t]|>/.test(prefix)
}
