/** Schemas of headers, queries and replies that many operations share. */
import * as z from 'zod'
import { booleanParameter } from '../lib/query-parameters.ts'

/** Headers of a conditional write. */
export const ConditionalHeaders = z.looseObject({
  'if-match': z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: 'The ETag of the version to change; the request fails with 412 if there is a newer one.' }),
})

/** The query of a deletion. */
export const DeletionQuery = z.strictObject({
  permanent: booleanParameter('Delete permanently instead of moving to the trash; for admins.'),
})

/** A reply without a body. */
export const NoContent = z.null().meta({ description: 'Done; no body.' })

/** The 308 reply to a request that addresses a resource by a former slug or path. */
export const PermanentRedirect = z
  .null()
  .meta({ description: 'The slug or the path is a former one: `Location` is the present address.' })

/** A query without parameters: any is refused. */
export const NoQuery = z.strictObject({})
