/** Writes runs as inline Markdown that `parseInline` reads back to the same runs. */
import {
  type InlineEvent,
  isFootnote,
  isLink,
  type Mark,
  nestMarks,
  plainTextOf,
  type Run,
  tidyRuns,
} from './inline.ts'
import { kindAt } from './inline-syntax.ts'
import { parseInline } from './parse-inline.ts'

type Link = Extract<Mark, { type: 'link' }>

/** A piece of what is written: text, or the start or end of a mark. */
interface Piece {
  value: string
  kind: 'text' | 'open' | 'close'
}

/** Serialises runs in their normal form. Marks that Markdown cannot express there are left out; the text never is. */
export function writeInline(runs: Run[]): string {
  const plain = runs.every(({ marks }) => marks.length === 0)
  for (const emphasis of ['*', '_']) {
    const text = write(runs, emphasis)
    if (plain || reads(text, runs)) return text
  }
  const links = runs.map(({ text, marks }) => ({
    text,
    marks: marks.filter((mark) => isLink(mark) || isFootnote(mark)),
  }))
  const linked = write(tidyRuns(links), '*')
  return reads(linked, tidyRuns(links)) ? linked : write([{ text: plainTextOf(runs), marks: [] }], '*')
}

/** Whether a text reads as the runs. */
function reads(text: string, runs: Run[]): boolean {
  const [first, ...more] = parseInline(text)
  return more.length === 0 && JSON.stringify(tidyRuns(first ?? [])) === JSON.stringify(runs)
}

function write(runs: Run[], emphasis: string): string {
  const pieces: Piece[] = []
  let inLink = false
  const events = withAutolinks([...nestMarks(runs)])
  for (const [i, event] of events.entries()) {
    const last = pieces.at(-1) ?? { kind: 'text', value: '' }
    const place = { inLink, previous: last.value, isFirst: i === 0, isLast: i === events.length - 1 }
    if ('run' in event) pieces.push({ kind: 'text', value: textOf(event.run, place) })
    else if ('address' in event) pieces.push({ kind: 'text', value: `<${event.address}>` })
    else if ('open' in event) {
      inLink ||= isLink(event.open)
      // In a document, a link behind an exclamation mark is an image.
      if (inLink) last.value = last.value.replace(/!$/, '\\!')
      pieces.push({ kind: 'open', value: delimiterOf(event.open, 'open', emphasis) })
    } else {
      inLink &&= !isLink(event.close)
      pieces.push({ kind: 'close', value: delimiterOf(event.close, 'close', emphasis) })
    }
  }
  separate(pieces)
  return pieces.map(({ value }) => value).join('')
}

/** The events with the links that contain just their own address as one event each. */
function withAutolinks(events: InlineEvent[]): (InlineEvent | { address: string })[] {
  const found: (InlineEvent | { address: string })[] = []
  for (let i = 0; i < events.length; i += 1) {
    const event = events[i] as InlineEvent
    const isAddress = 'open' in event && isAutolink(event.open, events[i + 1], events[i + 2])
    found.push(isAddress ? { address: (event.open as Link).href } : event)
    if (isAddress) i += 2
  }
  return found
}

/** Whether a link contains just its own address. */
function isAutolink(mark: Mark, inner: InlineEvent | undefined, end: InlineEvent | undefined): boolean {
  if (!isLink(mark) || !inner || !('run' in inner) || !end || !('close' in end)) return false
  const { text, marks } = inner.run
  return text === mark.href && marks.every(isLink) && /^[a-z][a-z0-9+.-]{1,31}:[^\p{Cc}\s<>]*$/iu.test(text)
}

function delimiterOf(mark: Mark, kind: 'open' | 'close', emphasis: string): string {
  if (isLink(mark)) return kind === 'open' ? '[' : `](${targetOf(mark.href)})`
  switch (mark) {
    case 'strong':
      return '**'
    case 'strikethrough':
      return '~~'
    case 'superscript':
      return kind === 'open' ? '<sup>' : '</sup>'
    case 'subscript':
      return kind === 'open' ? '<sub>' : '</sub>'
    default:
      return emphasis
  }
}

/** Where a text stands. */
interface Place {
  inLink: boolean
  /** What is written before it. */
  previous: string
  isFirst: boolean
  isLast: boolean
}

/** A run with its own marks: code, or a reference to a footnote. */
function textOf({ text, marks }: Run, place: Place): string {
  const footnote = marks.find(isFootnote)
  if (footnote) return `[^${footnote.label}]`
  if (marks.includes('code')) return codeOf(text)
  // A parenthesis behind a bracket would be the target of a link.
  const escaped = escapeText(text, place)
  return place.previous.startsWith('[^') && text.startsWith('(') ? `\\${escaped}` : escaped
}

/** A code span, between as many backticks as follow each other nowhere in it. */
function codeOf(text: string): string {
  const lengths = new Set([...text.matchAll(/`+/g)].map(([run]) => run.length))
  let length = 1
  while (lengths.has(length)) length += 1
  const fence = '`'.repeat(length)
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${text}${pad}${fence}`
}

const escapeText = (text: string, place: Place): string =>
  text.replace(/[\\*_`~[\]<&\n]/g, (char, at: number) => (isMarkup(text, at, place) ? `\\${char}` : char))

const PUNCTUATION = /^[!-/:-@[-`{-~\n]?$/
const isSpace = (char: string): boolean => /^\s$/.test(char)
const isWord = (char: string): boolean => /^[\p{L}\p{N}]$/u.test(char)

/** Whether a character would be markup. At the ends of a text that depends on what stands beside it: then it may be. */
function isMarkup(text: string, at: number, { inLink, isFirst, isLast }: Place): boolean {
  const [before, after] = [text[at - 1] ?? (isFirst ? ' ' : ''), text[at + 1] ?? (isLast ? ' ' : '')]
  switch (text[at]) {
    case '\\':
      return PUNCTUATION.test(after)
    case '*':
      return !(isSpace(before) && isSpace(after))
    case '_':
      return !(isWord(before) && isWord(after))
    case '~':
      return before === '' || after === '' || before === '~' || after === '~'
    case '[':
      return inLink || after === '' || after === '^'
    case ']':
      return inLink || after === '' || after === '('
    case '<':
      return after === '' || /[a-z/]/i.test(after)
    case '&':
      return /^&#?[A-Za-z0-9]{1,40};/.test(text.slice(at, at + 44))
    default:
      return true
  }
}

/** The target of a link: as it is where it can stand without angle brackets. */
function targetOf(href: string): string {
  const escaped = href.replace(/\\(?=[!-/:-@[-`{-~])|&(?=#?[A-Za-z0-9]+;)/g, '\\$&')
  if (href !== '' && !/[\s\p{Cc}<>()]/u.test(href)) return escaped
  if (/^[^\s\p{Cc}<>()]*(?:\([^\s\p{Cc}<>()]*\)[^\s\p{Cc}<>()]*)*$/u.test(href) && href !== '') return escaped
  return `<${escaped.replace(/[<>]/g, '\\$&').replace(/[\r\n]+/g, '%20')}>`
}

/**
 * Encodes letters beside delimiters as character references where the delimiters would have no meaning otherwise
 * (CommonMark, "left-flanking" and "right-flanking"): `**a:**b` is no strong text, `**a:**&#x62;` is.
 */
function separate(pieces: Piece[]): void {
  for (let start = 0; start < pieces.length; start += 1) {
    if (pieces[start]?.kind === 'text') continue
    let end = start
    while (end < pieces.length && pieces[end]?.kind !== 'text') end += 1
    const [before, after] = [pieces[start - 1], pieces[end]]
    const kinds = { before: lastKind(before), after: after ? kindAt(after.value, 0) : 'space' }
    const needs = needsOf(pieces.slice(start, end), kinds)
    if (before && needs.before) before.value = before.value.replace(/.$/su, reference)
    if (after && needs.after) after.value = after.value.replace(/^./su, reference)
    start = end
  }
}

const lastKind = (piece: Piece | undefined) => (piece ? kindAt(piece.value, piece.value.length - 1) : 'space')
const reference = (char: string): string => `&#x${char.codePointAt(0)?.toString(16)};`

/** Whether the character before, or the one behind, keeps a delimiter in a row of them from its meaning. */
function needsOf(row: Piece[], kinds: { before: string; after: string }): { before: boolean; after: boolean } {
  const parts = row.map(({ value, kind }) => ({ char: value[0] ?? '', kind }))
  const needs = { before: false, after: false }
  for (const [first, { char }] of parts.entries()) {
    if (!'*_~'.includes(char) || parts[first - 1]?.char === char) continue
    const length = parts.slice(first).findIndex((part) => part.char !== char)
    const last = length < 0 ? parts.length : first + length
    const run = parts.slice(first, last).map(({ kind }) => kind)
    const before = first === 0 ? kinds.before : 'punctuation'
    const after = last === parts.length ? kinds.after : 'punctuation'
    needs.before ||= before === 'other' && run.includes('open') && (char === '_' || after === 'punctuation')
    needs.after ||= after === 'other' && run.includes('close') && (char === '_' || before === 'punctuation')
  }
  return needs
}
