/** Texts with markup in them, for comparing their words with those of blocks. */

/** The source without the markup of HTML, whose names are not words of the text. */
export function withoutTags(value: string): string {
  const comments = withoutBetween(value, '<!--', '-->')
  const scripts = withoutBetween(withoutBetween(comments, '<script', '</script>'), '<style', '</style>')
  return scripts.replace(MARKUP, ' ')
}

/** Tags, character references, addresses, by themselves and as targets of links, and numbers of items. */
const MARKUP =
  /^[ \t>]*\d{1,9}[.)](?=\s)|<\/?[a-z][^<>]*>|&#?\w{1,40};|(?:https?:\/\/|www\.)[^\s<>()[\]"']*|(?<=\]\()[^\s)]*/gim

/** A text without what stands between two marks. */
function withoutBetween(value: string, start: string, end: string): string {
  const parts: string[] = []
  let at = 0
  for (;;) {
    const from = value.indexOf(start, at)
    const to = from < 0 ? -1 : value.indexOf(end, from)
    if (to < 0) return [...parts, value.slice(at)].join(' ')
    parts.push(value.slice(at, from))
    at = to + end.length
  }
}
