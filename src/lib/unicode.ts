/** Control characters other than tab, line feed and carriage return; and two noncharacters that XML does not allow. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression matches control characters
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/

/** Why a text is not clean Unicode, which both engines and XML can represent; undefined if it is. */
export function invalidCharacters(text: string): string | undefined {
  if (!text.isWellFormed()) return 'has a lone surrogate'
  return CONTROL.test(text) ? 'has a control character' : undefined
}

/** The text as a single line: white space of any kind and length is a space. */
export const singleLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Text of spaces, invisible characters (Unicode: Default_Ignorable_Code_Point) and the blank Braille pattern alone. */
const INVISIBLE = /^[\p{White_Space}\p{DI}\u2800\ufff9-\ufffb]*$/u

/** Whether a text has a visible character. */
export const isVisible = (text: string): boolean => !INVISIBLE.test(text)
