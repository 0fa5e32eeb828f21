/**
 * Reads inline Markdown: a subset of CommonMark 0.31 (section 6) with the strikethrough and the footnote references of GFM,
 * and `<sup>` and `<sub>`. docs/inline.md has the grammar. The time is linear in the length of the text.
 */
import { getOrCreate } from '../lib/cache.ts'
import { footnoteRun, type Mark, type Run } from './inline.ts'
import { type Delimiter, DelimiterStack, marked } from './inline-delimiters.ts'
import { decodedReference, ESCAPABLE, kindAt, targetAt } from './inline-syntax.ts'

/** A text without any of these characters contains no markup. */
const SIGNIFICANT = /[\\*_~`[<&\n\r\t\0]/

/** Parses a text into paragraphs, which blank lines separate, each as runs. Never throws. */
export function parseInline(text: string): Run[][] {
  if (!SIGNIFICANT.test(text)) return [[{ text, marks: [] }]]
  return text
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '\uFFFD')
    .split(/\n[ \t]*(?:\n[ \t]*)+/)
    .map((paragraph) => paragraph.replace(/^[ \t\n]+|[ \t\n]+$/g, '').replace(/\n[ \t]+/g, '\n'))
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => new InlineParser(paragraph).runs())
}

/** A `[`, `<sup>` or `<sub>` that may become the start of a mark. */
interface Opener {
  item: number
  /** The last delimiter before it. */
  below: Delimiter | null
  name: string
}

const AUTOLINK = /<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\p{Cc} <>]*)>/uy
const EMAIL =
  /<([\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)>/y
const TAG = /<(\/?)(sup|sub)>/y
const REFERENCE = /&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{0,31});/y
const FOOTNOTE = /\[\^([A-Za-z0-9_-]{1,40})\](?!\()/y
const BACKTICKS = /`+/y
const ATTENTION = /\*+|_+|~+/y
const PLAIN = /[^\\*_~`[\]<&\n]+/y

const NO_MARKS: Mark[] = []
/** What is left of an item whose meaning is a mark. */
const NOTHING: Run = { text: '', marks: NO_MARKS }

class InlineParser {
  readonly #text: string
  #at = 0
  /** The text, piece by piece, with the marks that a piece has by itself. */
  readonly #items: Run[] = []
  readonly #delimiters = new DelimiterStack()
  readonly #brackets: Opener[] = []
  /** Brackets below this index cannot start a link: one inside of them has ended. */
  #inactive = 0
  readonly #tags: Opener[] = []
  #backticks: Map<number, number[]> | undefined

  constructor(text: string) {
    this.#text = text
  }

  runs(): Run[] {
    while (this.#at < this.#text.length) this.#next()
    this.#delimiters.pair(null)
    for (const { item, char, count } of this.#delimiters.all)
      this.#items[item] = count === 0 ? NOTHING : { text: char.repeat(count), marks: NO_MARKS }
    return marked(this.#items, this.#delimiters.spans)
  }

  #next(): void {
    switch (this.#text[this.#at]) {
      case '\\':
        this.#escape()
        break
      case '`':
        this.#code()
        break
      case '*':
      case '_':
      case '~':
        this.#delimiter()
        break
      case '[':
        this.#open()
        break
      case ']':
        this.#close()
        break
      case '<':
        this.#angle()
        break
      case '&':
        this.#reference()
        break
      case '\n':
        this.#lineEnd()
        break
      default:
        this.#push(this.#match(PLAIN)?.[0] ?? this.#take(1))
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at += match[0].length
    return match
  }

  #take(length: number): string {
    this.#at += length
    return this.#text.slice(this.#at - length, this.#at)
  }

  /** Adds a piece of text, and gives its index. */
  #push(text: string, marks: Mark[] = NO_MARKS): number {
    return this.#items.push({ text, marks }) - 1
  }

  #escape(): void {
    const next = this.#text[this.#at + 1] ?? ''
    if (next === '\n' || ESCAPABLE.test(next)) {
      this.#at += 2
      this.#push(next)
    } else this.#push(this.#take(1))
  }

  /** A hard break after two spaces; else a space. Spaces before the line end are removed. */
  #lineEnd(): void {
    this.#at += 1
    const last = this.#items.at(-1)
    const end = last?.marks.length === 0 ? last.text.length : 0
    let start = end
    while (start > 0 && ' \t'.includes(last?.text[start - 1] ?? '-')) start -= 1
    const isBreak = end - start >= 2 && !last?.text.slice(start).includes('\t')
    if (last && start < end) last.text = last.text.slice(0, start)
    this.#push(isBreak ? '\n' : ' ')
  }

  #reference(): void {
    const [found] = this.#match(REFERENCE) ?? []
    const decoded = found === undefined ? undefined : decodedReference(found)
    this.#push(decoded === undefined ? this.#take(1) : decoded)
  }

  /** A code span ends at the next run of as many backticks (CommonMark, section 6.1). */
  #code(): void {
    const ticks = this.#match(BACKTICKS)?.[0] ?? ''
    const end = this.#ticksFrom(this.#at, ticks.length)
    if (end === undefined) {
      this.#push(ticks)
      return
    }
    const inner = this.#text.slice(this.#at, end).replaceAll('\n', ' ')
    const padded = inner.startsWith(' ') && inner.endsWith(' ') && /[^ ]/.test(inner)
    this.#push(padded ? inner.slice(1, -1) : inner, ['code'])
    this.#at = end + ticks.length
  }

  /** Where the first run of exactly `length` backticks begins, from a position on. */
  #ticksFrom(at: number, length: number): number | undefined {
    if (this.#backticks === undefined) {
      this.#backticks = new Map()
      // Last first, so that the next one is at the end of its list.
      for (const { 0: run, index } of [...this.#text.matchAll(/`+/g)].reverse())
        getOrCreate(this.#backticks, run.length, () => []).push(index)
    }
    const starts = this.#backticks.get(length) ?? []
    while ((starts.at(-1) ?? at) < at) starts.pop()
    return starts.at(-1)
  }

  #angle(): void {
    const tag = this.#match(TAG)
    if (tag) {
      if (tag[1] === '') this.#openTag(tag[2] ?? '')
      else this.#closeTag(tag[2] ?? '')
      return
    }
    const address = this.#match(AUTOLINK)?.[1]
    if (address !== undefined) {
      this.#push(address, [{ type: 'link', href: address }])
      return
    }
    const email = this.#match(EMAIL)?.[1]
    if (email === undefined) this.#push(this.#take(1))
    else this.#push(email, [{ type: 'link', href: `mailto:${email}` }])
  }

  #openTag(name: string): void {
    this.#tags.push({ item: this.#push(`<${name}>`), below: this.#delimiters.last, name })
  }

  #closeTag(name: string): void {
    const item = this.#push(`</${name}>`)
    const index = this.#tags.findLastIndex((tag) => tag.name === name)
    const opener = this.#tags[index]
    if (!opener) return
    this.#tags.length = index
    this.#enclose(opener, item, name === 'sup' ? 'superscript' : 'subscript')
  }

  #open(): void {
    const label = this.#match(FOOTNOTE)?.[1]
    if (label !== undefined) this.#items.push(footnoteRun(label))
    else this.#brackets.push({ item: this.#push(this.#take(1)), below: this.#delimiters.last, name: '[' })
  }

  #close(): void {
    this.#at += 1
    const item = this.#push(']')
    const opener = this.#brackets.pop()
    const isActive = this.#brackets.length >= this.#inactive
    this.#inactive = Math.min(this.#inactive, this.#brackets.length)
    const target = opener && isActive ? targetAt(this.#text, this.#at) : null
    if (!opener || target === null) return
    this.#at = target.end
    this.#inactive = this.#brackets.length
    this.#enclose(opener, item, { type: 'link', href: target.href })
  }

  /** Marks what stands between an opener and an item; openers in between lose their meaning. */
  #enclose(opener: Opener, to: number, mark: Mark): void {
    this.#delimiters.pair(opener.below)
    this.#delimiters.spans.push({ from: opener.item, to, mark })
    for (const item of [opener.item, to]) this.#items[item] = NOTHING
    for (const stack of [this.#brackets, this.#tags]) while ((stack.at(-1)?.item ?? -1) > opener.item) stack.pop()
    this.#inactive = Math.min(this.#inactive, this.#brackets.length)
  }

  #delimiter(): void {
    const start = this.#at
    const run = this.#match(ATTENTION)?.[0] ?? this.#take(1)
    const item = this.#push(run)
    const char = run[0] ?? ''
    const [before, after] = [kindAt(this.#text, start - 1), kindAt(this.#text, this.#at)]
    const left = after !== 'space' && (after !== 'punctuation' || before !== 'other')
    const right = before !== 'space' && (before !== 'punctuation' || after !== 'other')
    if (char === '~' && run.length !== 2) return
    const isWord = char === '_'
    const canOpen = left && (!isWord || !right || before === 'punctuation')
    const canClose = right && (!isWord || !left || after === 'punctuation')
    this.#delimiters.push({ item, char, length: run.length, canOpen, canClose })
  }
}
