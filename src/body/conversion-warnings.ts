/** Counts what a conversion could not keep: one warning for each kind of thing, however often it came. */
import type { Warning } from './block.ts'

export class ConversionWarnings {
  readonly #counts = new Map<string, { code: string; thing: string; done: string; count: number }>()

  /** Notes that something ('<script> element') was changed or left out ('dropped'). */
  add(code: string, thing: string, done = 'dropped'): void {
    const key = `${code} ${thing}`
    const entry = this.#counts.get(key) ?? { code, thing, done, count: 0 }
    entry.count += 1
    this.#counts.set(key, entry)
  }

  /** The warnings, in the order in which each kind first came. */
  list(): Warning[] {
    return [...this.#counts.values()].map(({ code, thing, done, count }) => ({
      code,
      message: count === 1 ? `${article(thing)} ${thing} was ${done}` : `${count} ${thing}s were ${done}`,
    }))
  }
}

const article = (thing: string): string => (/^\W*[aeiou]/i.test(thing) ? 'an' : 'a')
