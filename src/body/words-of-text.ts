/** The words of a text, for comparing what a conversion was given with what it gives. */

/** Letters and digits that stand together, in lower case. */
export const wordsOfText = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []

/** The words that occur more often in the first list than in the others together, as often as they are missing there. */
export function missingWords(before: string[], ...after: string[][]): string[] {
  const counts = new Map<string, number>()
  for (const word of after.flat()) counts.set(word, (counts.get(word) ?? 0) + 1)
  return before.filter((word) => {
    const left = (counts.get(word) ?? 0) - 1
    counts.set(word, left)
    return left < 0
  })
}
