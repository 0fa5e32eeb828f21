/** Members of the same name in one JSON object, which parsers resolve differently (RFC 8259, section 4). */

/** The number of members of all objects in a JSON text: of the colons outside of strings. */
export function countMembers(json: string): number {
  let count = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) at = endOfString(json, at)
    else if (code === COLON) count += 1
  }
  return count
}

/** The path to the first member whose name its object has already, in a JSON text that is valid; undefined without one. */
export function findDuplicate(json: string): (string | number)[] | undefined {
  const open: Container[] = []
  for (let at = 0; at < json.length; at++) {
    const here = open.at(-1)
    switch (json.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(json, at)
        if (here?.expectsName && isDuplicate(here, JSON.parse(json.slice(at, end + 1)))) return pathTo(open)
        at = end
        break
      }
      case OPEN_OBJECT:
        open.push({ names: new Set(), at: '', expectsName: true })
        break
      case OPEN_ARRAY:
        open.push({ names: null, at: 0, expectsName: false })
        break
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop()
        break
      case COMMA:
        if (here) next(here)
    }
  }
  return undefined
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]

/** An object or an array that is not closed yet. */
interface Container {
  /** The names so far; null for an array. */
  names: Set<string> | null
  /** The name or the index of the value that is being read. */
  at: string | number
  expectsName: boolean
}

function isDuplicate(object: Container, name: string): boolean {
  object.at = name
  object.expectsName = false
  if (object.names?.has(name)) return true
  object.names?.add(name)
  return false
}

function next(container: Container): void {
  if (typeof container.at === 'number') container.at += 1
  else container.expectsName = true
}

const pathTo = (open: Container[]): (string | number)[] => open.map(({ at }) => at)

/** The index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1)
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end
}

/** Whether an odd number of backslashes precedes. */
function isEscaped(json: string, at: number): boolean {
  let before = at - 1
  while (json.charCodeAt(before) === BACKSLASH) before -= 1
  return (at - before) % 2 === 0
}
