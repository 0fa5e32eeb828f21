/** Parameters and replies that many operations share. */
import * as z from 'zod'
import { booleanParameter } from '../lib/query-parameters.ts'

/** Headers of a write that may be made on condition. */
export const Conditional = z.looseObject({
  'if-match': z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: 'The ETag of the version to change; the request fails with 412 if there is a newer one.' }),
})

export const Deletion = z.strictObject({
  permanent: booleanParameter('Delete permanently instead of moving to the trash; for admins.'),
})

/** A reply without a body. */
export const Nothing = z.null().meta({ description: 'Done; no body.' })

/** The reply to a request that names a thing by a slug it had before. */
export const Moved = z
  .null()
  .meta({ description: 'The slug or the path is a former one: `Location` is the present address.' })

/** No parameters at all: any is refused. */
export const NoQuery = z.strictObject({})
