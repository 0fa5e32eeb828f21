/** Characters that texts must not contain, and what stands for them. */
import { UNPRINTABLE } from './limits.ts'

/** U+0080 to U+009F as Windows-1252 has them: text in that encoding that was read as Latin-1. */
const WINDOWS_1252 = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ'

/** A text without unprintable characters; those that are left over from Windows-1252 become what they stood for. */
export const cleanText = (text: string): string =>
  text.replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? '').replaceAll(UNPRINTABLE, '')
