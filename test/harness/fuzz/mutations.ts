/** JSON that is wrong: any at all, and what is valid but for one thing. */
import fc from 'fast-check'
import { anyNumber, anyText } from './texts.ts'

const deep = (levels: number): unknown => (levels === 0 ? 1 : levels % 2 ? [deep(levels - 1)] : { a: deep(levels - 1) })

/** Any JSON at all, of kinds that nobody waits for. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  anyNumber.map(Number).map((number) => (Number.isFinite(number) ? number : 1e308)),
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    [],
    {},
    [[]],
    [null],
    { id: null },
    { id: 'nothing' },
    '',
    deep(63),
    deep(70),
  ),
  fc.constantFrom<unknown>(Array(3_000).fill('a'), Array(120).fill({ id: 'x' }), { $ref: '#' }, { length: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
)

type Path = (string | number)[]

function pathsIn(value: unknown, path: Path = [], found: Path[] = []): Path[] {
  found.push(path)
  if (found.length < 300 && typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value))
      pathsIn(member, [...path, Array.isArray(value) ? Number(name) : name], found)
  return found
}

const changes = ['replace', 'replace', 'replace', 'delete', 'add', 'double', 'forbid'] as const

/** The value with one thing in it changed, somewhere. */
export function mutated(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(values, fc.nat({ max: 10_000 }), fc.constantFrom(...changes), junk)
    .map(([value, number, change, other]) => {
      const paths = pathsIn(value)
      return changed(structuredClone(value), paths[number % paths.length] ?? [], change, other)
    })
}

function changed(value: unknown, path: Path, change: (typeof changes)[number], other: unknown): unknown {
  const [name, ...rest] = path
  if (name !== undefined && rest.length > 0) {
    const holder = value as Record<string | number, unknown>
    holder[name] = changed(holder[name], rest, change, other)
    return value
  }
  if (name === undefined || typeof value !== 'object' || value === null) return change === 'replace' ? other : value
  const holder = value as Record<string | number, unknown>
  if (change === 'replace') holder[name] = other
  else if (change === 'delete') delete holder[name]
  else if (change === 'double' && Array.isArray(value)) value.push(value[Number(name)])
  else
    Object.defineProperty(value, change === 'forbid' ? '__proto__' : 'unheardOf', {
      value: other,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  return value
}
