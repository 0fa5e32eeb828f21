import { faultOf } from './faults.ts'

/**
 * Does the work for each item, which has a transaction of its own; gives the sum of the results. An item that fails does
 * not keep the others from their turn: the first error is thrown at the end. A fault of the database is thrown at once.
 */
export async function forEachItem<T>(items: readonly T[], work: (item: T) => Promise<number>): Promise<number> {
  const errors: unknown[] = []
  let total = 0
  for (const item of items)
    try {
      total += await work(item)
    } catch (error) {
      if (faultOf(error)) throw error
      errors.push(error)
    }
  if (errors.length > 0) throw errors[0]
  return total
}
