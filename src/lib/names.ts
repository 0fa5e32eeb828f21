import * as z from 'zod'
import { didYouMean } from './nearest.ts'

/** A query parameter that names some of the known things, separated by commas; an unknown one is refused. */
export const namesOf = (known: readonly string[], description: string) =>
  z
    .string()
    .max(2_000)
    .transform((text, ctx): string[] => {
      const names = text.split(',').map((name) => name.trim())
      for (const name of names.filter((one) => !known.includes(one)))
        ctx.addIssue({
          code: 'custom',
          message: `"${name}" is not known here${didYouMean(name, known)}`,
          params: { code: 'unknown_field' },
        })
      return [...new Set(names)]
    })
    .meta({ description, examples: [known.slice(0, 2).join(',')] })
