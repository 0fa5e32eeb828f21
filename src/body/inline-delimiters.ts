/** The delimiters of emphasis and strikethrough in a text, and how they pair (CommonMark, "process emphasis"). */
import { type Mark, mergeRuns, type Run } from './inline.ts'

/** A run of `*`, `_` or `~` that may open or close a mark. */
export interface Delimiter {
  item: number
  char: string
  /** How many characters the run has had; `count` of them are left. */
  length: number
  count: number
  canOpen: boolean
  canClose: boolean
  previous: Delimiter | null
  next: Delimiter | null
}

/** Where a mark begins and ends: it applies to the items between the two. */
export interface Span {
  from: number
  to: number
  mark: Mark
}

/** The delimiters that are not paired yet, in their order. */
export class DelimiterStack {
  /** All that have been added: their texts are what is left of them. */
  readonly all: Delimiter[] = []
  readonly spans: Span[] = []
  #last: Delimiter | null = null

  get last(): Delimiter | null {
    return this.#last
  }

  push({ item, char, length, canOpen, canClose }: Omit<Delimiter, 'count' | 'previous' | 'next'>): void {
    const previous = this.#last
    const delimiter = { item, char, length, count: length, canOpen, canClose, previous, next: null }
    this.all.push(delimiter)
    if (this.#last) this.#last.next = delimiter
    this.#last = delimiter
  }

  /** Pairs the delimiters above one (CommonMark, "process emphasis"), and removes them. */
  pair(bottom: Delimiter | null): void {
    /** For each kind of closer, the item up to which there is no opener for it. */
    const searched = new Map<string, number>()
    let closer = this.#firstAbove(bottom)
    while (closer) closer = closer.canClose ? this.#close(closer, bottom, searched) : closer.next
    this.#last = bottom
    if (bottom) bottom.next = null
  }

  /** Finds the opener for a closer, and pairs them; gives the delimiter to go on with. */
  #close(closer: Delimiter, bottom: Delimiter | null, searched: Map<string, number>): Delimiter | null {
    const key = `${closer.char}${closer.canOpen}${closer.length % 3}`
    const floor = Math.max(searched.get(key) ?? -1, bottom?.item ?? -1)
    let opener = closer.previous
    while (opener && opener.item > floor && !fits(opener, closer)) opener = opener.previous
    if (opener && opener.item > floor) return this.#emphasize(opener, closer)
    searched.set(key, closer.previous?.item ?? -1)
    const { next } = closer
    if (!closer.canOpen) this.#remove(closer)
    return next
  }

  /** The first delimiter above one. */
  #firstAbove(bottom: Delimiter | null): Delimiter | null {
    if (bottom) return bottom.next
    let first = this.#last
    while (first?.previous) first = first.previous
    return first
  }

  /** Marks what stands between two delimiters; gives the one to go on with. */
  #emphasize(opener: Delimiter, closer: Delimiter): Delimiter | null {
    const used = opener.count >= 2 && closer.count >= 2 ? 2 : 1
    const mark = closer.char === '~' ? 'strikethrough' : used === 2 ? 'strong' : 'emphasis'
    this.spans.push({ from: opener.item, to: closer.item, mark })
    opener.next = closer
    closer.previous = opener
    opener.count -= used
    closer.count -= used
    if (opener.count === 0) this.#remove(opener)
    if (closer.count > 0) return closer
    const { next } = closer
    this.#remove(closer)
    return next
  }

  #remove({ previous, next }: Delimiter): void {
    if (previous) previous.next = next
    if (next) next.previous = previous
    else this.#last = previous
  }
}

/** Whether two delimiters can enclose a text (CommonMark, rules 9 and 10 of section 6.2). */
function fits(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.char !== closer.char || !opener.canOpen) return false
  const ambiguous = (opener.canClose || closer.canOpen) && (opener.length + closer.length) % 3 === 0
  return opener.char === '~' || !ambiguous || (opener.length % 3 === 0 && closer.length % 3 === 0)
}

/** The items as runs, each with its own marks and those of the spans around it. */
export function marked(items: Run[], spans: Span[]): Run[] {
  const begins = spans.toSorted((a, b) => a.from - b.from)
  const ends = spans.toSorted((a, b) => a.to - b.to)
  let [begun, ended] = [0, 0]
  const depths = new Map<Mark, number>()
  const runs: Run[] = []
  items.forEach(({ text, marks }, i) => {
    for (let span = ends[ended]; span?.to === i; span = ends[ended]) {
      ended += 1
      const { mark } = span
      const depth = (depths.get(mark) ?? 0) - 1
      if (depth > 0) depths.set(mark, depth)
      else depths.delete(mark)
    }
    if (text !== '') runs.push({ text, marks: depths.size === 0 ? marks : [...new Set([...depths.keys(), ...marks])] })
    for (let span = begins[begun]; span?.from === i; span = begins[begun]) {
      begun += 1
      depths.set(span.mark, (depths.get(span.mark) ?? 0) + 1)
    }
  })
  return mergeRuns(runs)
}
