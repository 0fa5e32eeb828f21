/** What can be said of a JSON text without parsing it: a parser takes long for what is refused afterwards. */

/** The limits of a JSON text. */
export interface JsonLimits {
  /** How many levels deep it may nest. */
  depth: number
  /** How many members and elements it may have in all. */
  values: number
  /** How many members one object may have. */
  members: number
}

/**
 * Measures a JSON text until it exceeds a limit, and says which; else gives the number of members of all objects. What is
 * no JSON has any measure.
 */
export function measureJson(json: string, limits: JsonLimits): { exceeds?: keyof JsonLimits; members: number } {
  /** How many members each open container has. */
  const open: number[] = []
  let [members, values] = [0, 0]
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(json, at)
        break
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (open.push(0) > limits.depth) return { exceeds: 'depth', members }
        if (!isClosing(json.charCodeAt(at + 1))) values += 1
        break
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop()
        break
      case COLON: {
        const count = (open.pop() ?? 0) + 1
        open.push(count)
        members += 1
        if (count > limits.members) return { exceeds: 'members', members }
        break
      }
      case COMMA:
        values += 1
    }
    if (values > limits.values) return { exceeds: 'values', members }
  }
  return { members }
}

/**
 * The path to the first member whose name its object has already (RFC 8259, section 4), in a JSON text that is valid;
 * undefined without one.
 */
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

const isClosing = (code: number): boolean => code === CLOSE_OBJECT || code === CLOSE_ARRAY

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

/** The index of the quote that ends the string which begins at `start`; the length of the text if none does. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end < 0 ? json.length : end
}

/** Whether an odd number of backslashes precedes. */
function isEscaped(json: string, at: number): boolean {
  let before = at - 1
  while (json.charCodeAt(before) === BACKSLASH) before -= 1
  return (at - before) % 2 === 0
}
