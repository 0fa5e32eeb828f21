/** A change that was made to one copy, made to another one that differs from it. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { diffArrays } from 'diff'
import { pointerTo } from './problem.ts'

type Json = Record<string, unknown>

/** What came of it: the other copy with the change in it, and pointers to where that was not possible. */
export interface MergeResult<T> {
  value: T
  conflicts: string[]
}

/** How many changes are followed in a list. */
const LIMIT = { maxEditLength: 4_000 }

/**
 * What changed from `base` to `changed`, made to `other` too. Members of objects are compared one by one, lists item by
 * item; where the change meets something that is different in `other`, it is a conflict and `other` stays as it is.
 */
export function threeWayMerge<T>(base: T, changed: T, other: T, path: string[] = []): MergeResult<T> {
  if (isDeepStrictEqual(base, changed)) return { value: other, conflicts: [] }
  if (isDeepStrictEqual(base, other) || isDeepStrictEqual(changed, other)) return { value: changed, conflicts: [] }
  if (isObject(base) && isObject(changed) && isObject(other)) return ofObjects(base, changed, other, path)
  const list = Array.isArray(base) && Array.isArray(changed) && Array.isArray(other) && ofLists(base, changed, other)
  return list ? { value: list as T, conflicts: [] } : { value: other, conflicts: [pointerTo(path)] }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function ofObjects<T extends Json>(base: T, changed: T, other: T, path: string[]): MergeResult<T> {
  const merged = Object.keys(other).map((name) => {
    const { value, conflicts } = threeWayMerge(base[name], changed[name], other[name], [...path, name])
    return { entry: [name, value] as const, conflicts }
  })
  const value = { ...other, ...Object.fromEntries(merged.map(({ entry }) => entry)) }
  return { value, conflicts: merged.flatMap(({ conflicts }) => conflicts) }
}

/** The other list with the change in it; undefined where it changes what the other list does not have. */
function ofLists(base: unknown[], changed: unknown[], other: unknown[]): unknown[] | undefined {
  const changes = changesBetween(base, changed)
  const placeOf = placesIn(base, other)
  if (!changes || !placeOf) return undefined
  const result = [...other]
  // From the end: what comes before keeps its place.
  for (const { from, removed, added } of changes.reverse()) {
    const at = placeFor(placeOf, from, removed)
    if (at === undefined) return undefined
    result.splice(at, removed, ...added)
  }
  return result
}

const texts = (list: unknown[]): string[] => list.map((item) => JSON.stringify(item))

/** One change of a list: how many items are removed from a place, and what is put there. */
interface Change {
  from: number
  removed: number
  added: unknown[]
}

function changesBetween(before: unknown[], after: unknown[]): Change[] | undefined {
  const runs = diffArrays(texts(before), texts(after), LIMIT)
  const changes: Change[] = []
  let isOpen = false
  let [from, to] = [0, 0]
  for (const { added, removed, count } of runs ?? []) {
    const isChange = added || removed
    const open = isOpen ? changes.at(-1) : undefined
    const change = open ?? { from, removed: 0, added: [] }
    if (removed) change.removed += count
    if (added) change.added.push(...after.slice(to, to + count))
    if (isChange && !open) changes.push(change)
    isOpen = isChange
    if (!added) from += count
    if (!removed) to += count
  }
  return runs && changes
}

type PlaceOf = (index: number) => number | undefined

/** Where each item of a list stands in another; undefined for one that is not there. Its ends stand at the ends. */
function placesIn(base: unknown[], other: unknown[]): PlaceOf | undefined {
  const runs = diffArrays(texts(base), texts(other), LIMIT)
  const places = new Map([
    [-1, -1],
    [base.length, other.length],
  ])
  let [from, to] = [0, 0]
  for (const { added, removed, count } of runs ?? []) {
    if (!added && !removed) for (let step = 0; step < count; step++) places.set(from + step, to + step)
    if (!added) from += count
    if (!removed) to += count
  }
  return runs && ((index) => places.get(index))
}

/** Where a change belongs in the other list; undefined if what it replaces, or stands beside, is not there. */
function placeFor(placeOf: PlaceOf, from: number, removed: number): number | undefined {
  if (removed > 0) {
    const first = placeOf(from)
    const isWhole = Array.from({ length: removed }, (_, step) => placeOf(from + step)).every(
      (place, step) => first !== undefined && place === first + step,
    )
    return isWhole ? first : undefined
  }
  const [before, behind] = [placeOf(from - 1), placeOf(from)]
  if (before === undefined) return behind
  return behind === undefined || behind === before + 1 ? before + 1 : undefined
}
