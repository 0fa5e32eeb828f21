/**
 * Markdown to blocks: CommonMark with the tables and strikethrough of GFM, footnotes, and HTML. It is converted to HTML, and
 * that to blocks, so that HTML within Markdown has its meaning.
 */
import MarkdownIt, { type Token } from 'markdown-it'
import footnotes from 'markdown-it-footnote'
import type { StoredBlock } from './block.ts'
import type { ConversionWarnings } from './conversion-warnings.ts'
import { UnreadableBody } from './errors.ts'
import { fromHtml } from './from-html.ts'
import { warnAboutLostSource } from './lost-words.ts'
import { wordsOfText } from './words-of-text.ts'

const MAX_LINES = 20_000
const MAX_DEPTH = 100
/** From this number on, a number before a text is a year, not that of an item. */
const FIRST_YEAR = 1000

const markdown = new MarkdownIt({ html: true, maxNesting: MAX_DEPTH }).use(footnotes)
// Addresses are checked where HTML is read, and remain as they are written.
markdown.validateLink = () => true
markdown.normalizeLink = (url) => url
markdown.normalizeLinkText = (text) => text
markdown.core.ruler.before('footnote_tail', 'all footnotes', ({ env }) => listAllFootnotes(env as FootnoteEnvironment))
// The name of a footnote is its label.
markdown.renderer.rules.footnote_anchor_name = (tokens, index) => {
  const { label = '', id = 0 } = (tokens[index]?.meta ?? {}) as { label?: string; id?: number }
  return /^[\w-]{1,40}$/.test(label) ? `-${label}` : String(id + 1)
}
markdown.renderer.rules.footnote_block_open = () => '<section class="footnotes"><ol>'
markdown.core.ruler.push('years', (state) => yearsAreText(state.tokens, state.Token))

/** Converts a Markdown document; what blocks cannot represent is added to the warnings. Throws `UnreadableBody`. */
export function fromMarkdown(value: string, warnings: ConversionWarnings, base?: string): StoredBlock[] {
  if (value.split('\n', MAX_LINES + 1).length > MAX_LINES)
    throw new UnreadableBody(`the Markdown has more than ${MAX_LINES} lines`)
  const env = {}
  const tokens = markdown.parse(value, env)
  if (tokens.some(isTooDeep)) throw new UnreadableBody(`the Markdown is nested more than ${MAX_DEPTH} deep`)
  const html = markdown.renderer.render(tokens, markdown.options, env)
  const blocks = fromHtml(html, warnings, { base, imageTitles: true })
  warnings.account(usedDefinitions(value).join(' '))
  warnAboutLostSource(wordsOfText(withoutTags(value)), blocks, warnings)
  return blocks
}

interface FootnoteEnvironment {
  footnotes?: { refs?: Record<string, number>; list?: { label: string; count: number }[] }
}

/** Lists also the footnotes to which nothing refers: the library would leave them out. */
function listAllFootnotes({ footnotes }: FootnoteEnvironment): void {
  if (!footnotes?.refs) return
  footnotes.list ??= []
  for (const [key, index] of Object.entries(footnotes.refs)) {
    if (index >= 0) continue
    footnotes.refs[key] = footnotes.list.push({ label: key.slice(1), count: 0 }) - 1
  }
}

/** The parser reads nothing that is nested deeper. */
const isTooDeep = ({ level, children }: Token): boolean =>
  level >= MAX_DEPTH - 1 || (children ?? []).some((child) => child.level >= MAX_DEPTH - 1)

/** The source without the markup of HTML, whose names are not words of the text. */
function withoutTags(value: string): string {
  const comments = withoutBetween(value, '<!--', '-->')
  const scripts = withoutBetween(withoutBetween(comments, '<script', '</script>'), '<style', '</style>')
  return scripts.replace(MARKUP, ' ')
}

/** Tags, character references, addresses, by themselves and as targets of links, and numbers of items. */
const MARKUP =
  /^[ \t>]*\d{1,9}[.)](?=\s)|<\/?[a-z][^<>]*>|&#?\w{1,40};|(?:https?:\/\/|www\.)[^\s<>()[\]"']*|(?<=\]\()[^\s)]*/gim

/** The definitions of links to which a text refers, without their titles: they are markup. */
function usedDefinitions(value: string): string[] {
  const counts = new Map<string, number>()
  for (const [, label = ''] of value.matchAll(/\[([^[\]\n]{1,200})\]/g))
    counts.set(label.toLowerCase(), (counts.get(label.toLowerCase()) ?? 0) + 1)
  const definitions = [...value.matchAll(/^ {0,3}\[([^[\]^\n][^[\]\n]{0,199})\]:[ \t]*\S*/gm)]
  return definitions.filter(([, label = '']) => (counts.get(label.toLowerCase()) ?? 0) > 1).map(([all]) => all)
}

/** A text without what stands between two marks. */
function withoutBetween(value: string, start: string, end: string): string {
  const parts: string[] = []
  let at = 0
  for (;;) {
    const from = value.indexOf(start, at)
    const to = from < 0 ? -1 : value.indexOf(end, from)
    if (to < 0) return [...parts, value.slice(at)].join(' ')
    parts.push(value.slice(at, from))
    at = to + end.length
  }
}

/** A list that begins with a year, such as `1986. A great year`, becomes paragraphs. */
function yearsAreText(tokens: Token[], TextToken: typeof Token): void {
  const lists: boolean[] = []
  let number = ''
  const rest = tokens.filter((token) => {
    const { type } = token
    const isStart = /^(?:ordered|bullet)_list_open$/.test(type)
    if (isStart) lists.push(type.startsWith('ordered') && Number(token.attrGet('start')) >= FIRST_YEAR)
    const isYear = lists.at(-1) === true
    if (/^(?:ordered|bullet)_list_close$/.test(type)) lists.pop()
    if (!isYear) return true
    if (type === 'list_item_open') number = `${token.info}${token.markup} `
    if (type.startsWith('paragraph_')) token.hidden = false
    if (type === 'inline') number = prefix(token, number, TextToken)
    return !/^(?:ordered_list|list_item)_/.test(type)
  })
  if (rest.length === tokens.length) return
  tokens.length = 0
  for (const token of rest) tokens.push(token)
}

/** Puts a text before those of a token; gives the text that is left to be put. */
function prefix(token: Token, text: string, TextToken: typeof Token): string {
  const first = new TextToken('text', '', 0)
  first.content = text
  token.children = [first, ...(token.children ?? [])]
  return ''
}
