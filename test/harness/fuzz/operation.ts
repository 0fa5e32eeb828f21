/** The operations of an OpenAPI document, and what is drawn for them. */
import fc from 'fast-check'

export type Json = Record<string, unknown>

export interface Parameter {
  name: string
  in: string
  required?: boolean
  schema: Json
  example?: unknown
}

export interface Operation {
  method: string
  path: string
  operationId: string
  parameters: Parameter[]
  /** The body's content types, each with its schema. */
  content: Record<string, { schema: Json }>
}

/** The operations of an OpenAPI document. */
export function operationsOf(document: Json): Operation[] {
  const paths = document.paths as Record<string, Record<string, Json>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operationId: String(operation.operationId),
      parameters: (operation.parameters ?? []) as Operation['parameters'],
      content: ((operation.requestBody as Json | undefined)?.content ?? {}) as Operation['content'],
    })),
  )
}

/** Happens so many times in a hundred. */
export const happens = (percent: number): fc.Arbitrary<boolean> =>
  fc.integer({ min: 0, max: 99 }).map((number) => number < percent)

/** One of these, mostly the first. */
export const mostly = <T>(usual: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9 - others.length, arbitrary: usual }, ...others.map((arbitrary) => ({ weight: 1, arbitrary })))
