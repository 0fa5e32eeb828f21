/** Collects what a conversion changed or dropped: one warning for each kind of construct, with its count. */
import type { Warning } from './block.ts'
import { wordsOfText } from './words-of-text.ts'

/** Longest extract of a lost text, in characters. */
const MAX_EXTRACT = 2_000
const MAX_LOSSES = 20
/** How many places of a construct a warning names. */
const MAX_POINTERS = 20

/** A kind of construct that was changed: how often, and where, if that is known. */
interface Entry {
  code: string
  construct: string
  effect: string
  count: number
  pointers: string[]
}

export class ConversionWarnings {
  readonly #counts = new Map<string, Entry>()
  readonly #losses: { text: string; place: string }[] = []
  /** Words that are known to be left out. */
  readonly accounted: string[] = []

  /**
   * Records that a construct ('<script> element') was changed; `effect` says how ('dropped', 'flattened'), `pointer` where
   * in the document it stands.
   */
  add(code: string, construct: string, effect = 'dropped', pointer?: string): void {
    const key = `${code} ${construct}`
    const entry = this.#counts.get(key) ?? { code, construct, effect, count: 0, pointers: [] }
    entry.count += 1
    if (pointer !== undefined && entry.pointers.length < MAX_POINTERS) entry.pointers.push(`/body/value${pointer}`)
    this.#counts.set(key, entry)
  }

  /** Records a text that is left out, if it has words; `place` says where it stood. */
  lost(text: string, place: string): void {
    if (wordsOfText(text).length === 0) return
    this.account(text)
    this.#losses.push({ text, place })
  }

  /** Records a text that is left out because it is not part of the article's, such as the number of a footnote. */
  account(text: string): void {
    this.accounted.push(...wordsOfText(text))
  }

  /** The warnings, in the order of first occurrence; lost texts are last. */
  list(): Warning[] {
    const constructs = [...this.#counts.values()].map(({ code, construct, effect, count, pointers }) => ({
      code,
      message: `${article(construct)} ${construct} was ${effect}${count === 1 ? '' : `, ${count} times`}`,
      ...(pointers.length > 0 ? { pointers } : {}),
    }))
    const shown = this.#losses.slice(0, MAX_LOSSES).map(({ text, place }) => lossOf(text, place))
    const rest = this.#losses.slice(MAX_LOSSES).map(({ text }) => text)
    return [...constructs, ...shown, ...(rest.length > 0 ? [lossOf(rest.join(' '), 'in other places')] : [])]
  }
}

function lossOf(text: string, place: string): Warning {
  const extract = text.length > MAX_EXTRACT ? `${text.slice(0, MAX_EXTRACT)}…` : text
  const words = wordsOfText(text).length
  return {
    code: 'text-lost',
    message: `${words} ${words === 1 ? 'word was' : 'words were'} left out, ${place}: ${extract}`,
  }
}

const article = (noun: string): string => (/^\W*[aeiou]/i.test(noun) ? 'an' : 'a')
