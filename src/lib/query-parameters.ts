import * as z from 'zod'
import { suggestion } from './suggest.ts'

/**
 * The OpenAPI metadata of a parameter that takes several values, separated by commas. `items` is the JSON Schema of a
 * value.
 */
export const commaSeparated = (items: object) => ({ type: 'array', minItems: 1, items })

/** The OpenAPI metadata of a parameter that can be repeated. */
export const repeated = { explode: true }

/** A query parameter that lists some of the known names, separated by commas. An unknown one is refused (`unknown_field`). */
export const enumList = (known: readonly string[], description: string) =>
  z
    .string()
    .max(2_000)
    .transform((text, ctx): string[] => {
      const names = text.split(',').map((name) => name.trim())
      for (const name of names.filter((one) => !known.includes(one)))
        ctx.addIssue({
          code: 'custom',
          message: `"${name}" is not known here${suggestion(name, known)}`,
          params: { code: 'unknown_field' },
        })
      return [...new Set(names)]
    })
    .meta({ description, ...commaSeparated({ type: 'string', enum: known }) })

/** A query parameter that is `true` or `false`, in lower case; false by default. */
export const booleanParameter = (description: string) =>
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .default(false)
    .meta({ description, type: 'boolean', default: false })

/**
 * A parameter that is a whole number from `min` to `max` in decimal digits. `1e1`, `0x10` and ` 10` are refused: readers and
 * caches would not know that they are the same.
 */
export const integerParameter = (min: number, max: number, description: string) =>
  z
    .string()
    .regex(/^-?\d{1,20}$/, 'must be a whole number, in digits')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ description, type: 'integer', minimum: min, ...(max < Number.MAX_SAFE_INTEGER && { maximum: max }) })

/** The same with a default. */
export const integerWithDefault = (min: number, max: number, fallback: number, description: string) =>
  integerParameter(min, max, description).default(fallback).meta({ default: fallback })
