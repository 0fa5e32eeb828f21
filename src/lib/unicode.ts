/** Control characters other than tab, line feed and carriage return; and the two that XML cannot hold beside them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/

/** What keeps a text from being clean Unicode that both engines and every feed can hold; undefined if nothing does. */
export function invalidCharacters(text: string): string | undefined {
  if (!text.isWellFormed()) return 'has a lone surrogate'
  return CONTROL.test(text) ? 'has a control character' : undefined
}

/** What nobody sees: spaces, characters that Unicode says to ignore (Default_Ignorable_Code_Point), the blank of Braille. */
const UNSEEN = /^[\p{White_Space}\p{DI}\u2800\ufff9-\ufffb]*$/u

/** Whether there is something in a text that a reader can see. */
export const isVisible = (text: string): boolean => !UNSEEN.test(text)
