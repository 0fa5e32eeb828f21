/** The schemas of corrections. */
import * as z from 'zod'
import { Correction, correctionKinds } from '../../editions/article-parts.ts'
import { Id, prose, Slug } from '../../lib/schemas.ts'

export const NewCorrection = z
  .strictObject({
    kind: z.enum(correctionKinds).exclude(['retraction']).meta({ description: 'What kind of note it is.' }),
    text: prose(5_000).meta({ description: 'What was wrong, and what is right; shown with the article.' }),
  })
  .meta({
    id: 'NewCorrection',
    description: 'A correction to create. It cannot be changed or removed afterwards.',
    examples: [{ kind: 'correction', text: 'An earlier version gave the wrong year.' }],
  })

export const PlacedCorrection = Correction.extend({
  article: z
    .object({
      id: Id,
      slug: Slug,
      headline: z
        .string()
        .meta({ description: 'Its headline.', examples: ['Harbour bridge reopens after storm repairs'] }),
    })
    .meta({ description: 'The article that was corrected.' }),
  fromVersion: z.int().nullable().meta({ description: 'The revision that was wrong; null if none was replaced.' }),
  toVersion: z
    .int()
    .meta({ description: 'The revision that was live when the correction was created.', examples: [3] }),
}).meta({ id: 'PlacedCorrection', description: 'A correction with its article.' })
export type PlacedCorrection = z.infer<typeof PlacedCorrection>

export const CorrectionList = z
  .object({ data: z.array(Correction).meta({ description: 'The corrections, newest first.' }) })
  .meta({ id: 'CorrectionList', description: 'All corrections of an article, newest first.' })
