/** Collects what a conversion changed or dropped: one warning for each kind of construct, with its count. */
import type { Warning } from './block.ts'

export class ConversionWarnings {
  readonly #counts = new Map<string, { code: string; construct: string; effect: string; count: number }>()

  /** Records that a construct ('<script> element') was changed; `effect` says how ('dropped', 'flattened'). */
  add(code: string, construct: string, effect = 'dropped'): void {
    const key = `${code} ${construct}`
    const entry = this.#counts.get(key) ?? { code, construct, effect, count: 0 }
    entry.count += 1
    this.#counts.set(key, entry)
  }

  /** The warnings, in the order of first occurrence. */
  list(): Warning[] {
    return [...this.#counts.values()].map(({ code, construct, effect, count }) => ({
      code,
      message:
        count === 1 ? `${article(construct)} ${construct} was ${effect}` : `${count} ${construct}s were ${effect}`,
    }))
  }
}

const article = (noun: string): string => (/^\W*[aeiou]/i.test(noun) ? 'an' : 'a')
