/** Texts that stand in files: any characters, of any length. */
import { invalidCharacters, isVisible } from '../lib/unicode.ts'

const MAX_TEXT = 2_000
const MAX_TEXTS = 100

/** The first of the texts that has something to read, cleaned. */
export const firstText = (...texts: string[][]): string | undefined => readableTexts(texts.flat())[0]

/** The texts that have something to read, without control characters, each once. */
export function readableTexts(texts: string[]): string[] {
  const clean = texts.slice(0, MAX_TEXTS).map((text) => withoutControl(text.slice(0, MAX_TEXT).toWellFormed()).trim())
  return [...new Set(clean)].filter(isVisible)
}

const withoutControl = (text: string): string =>
  [...text].filter((character) => invalidCharacters(character) === undefined).join('')
