import * as z from 'zod'
import { suggestion } from './suggest.ts'

/**
 * What the document says of a parameter that takes several values in one text, separated by commas: an array of them.
 * `items` is the JSON Schema of a value.
 */
export const commaSeparated = (items: object) => ({ type: 'array', minItems: 1, items })

/** The same of a parameter that can be given several times. */
export const repeated = { explode: true }

/** A query parameter that names some of the known things, separated by commas; an unknown one is refused. */
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

/** A query parameter that is `true` or `false`, in lower case; false if it is left out. */
export const booleanParameter = (description: string) =>
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .default(false)
    .meta({ description, type: 'boolean', default: false })
