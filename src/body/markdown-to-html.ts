/** Markdown to HTML: CommonMark with the tables, lists of tasks and strikethrough of GFM, footnotes, and HTML. */
import MarkdownIt, { type Token } from 'markdown-it'
import footnotes from 'markdown-it-footnote'
import { UnreadableBody } from './errors.ts'

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
markdown.core.ruler.push('tasks', ({ tokens }) => boxesAreSigns(tokens))
markdown.core.ruler.push('years', (state) => yearsAreText(state.tokens, state.Token))

/** The HTML of a Markdown document. Throws `UnreadableBody` for one that exceeds a limit. */
export function markdownToHtml(value: string): string {
  if (value.split('\n', MAX_LINES + 1).length > MAX_LINES)
    throw new UnreadableBody(`the Markdown has more than ${MAX_LINES} lines`)
  const env = {}
  const tokens = markdown.parse(value, env)
  if (tokens.some(isTooDeep)) throw new UnreadableBody(`the Markdown is nested more than ${MAX_DEPTH} deep`)
  return markdown.renderer.render(tokens, markdown.options, env)
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

/** The box of an item in a list of tasks: `[ ]` or `[x]`. */
const TASK = /^\[([ xX])\](?=[ \t])/

/** The boxes of tasks become signs, as in HTML. */
function boxesAreSigns(tokens: Token[]): void {
  for (const [i, { type, content, children }] of tokens.entries()) {
    const [, box] = (type === 'inline' && TASK.exec(content)) || []
    const first = children?.[0]
    if (box === undefined || tokens[i - 2]?.type !== 'list_item_open' || first?.type !== 'text') continue
    first.content = first.content.replace(TASK, box === ' ' ? '☐' : '☑')
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
