import { eq, inArray } from 'drizzle-orm'
import * as z from 'zod'
import { patchOf } from '../lib/merge-patch.ts'
import { Problem } from '../lib/problem.ts'
import { commaSeparated } from '../lib/query-parameters.ts'
import { Country, Id, prose, Reference, Slug, WebUrl } from '../lib/schemas.ts'
import { sources } from '../storage/schema.ts'
import { articleCounts } from './article-counts.ts'
import {
  type EntryKind,
  entryInput,
  entryMetadata,
  entrySlug,
  entrySorts,
  entryView,
  imageInput,
  imageView,
} from './entry.ts'
import { resolveImage } from './images.ts'
import { loadByIds } from './loader.ts'
import { resolveIds } from './resolve.ts'
import { resolveEntry } from './store.ts'

export const sourceKinds = ['outlet', 'agency', 'person', 'organization', 'document', 'dataset'] as const

const input = {
  ...entryInput,
  kind: z.enum(sourceKinds).meta({ description: 'The kind of source.' }),
  description: prose(5_000)
    .nullish()
    .meta({ description: 'What the source is.', examples: ['a spokeswoman for the harbour office'] }),
  url: WebUrl.nullish().meta({ description: 'The site of the source.' }),
  affiliation: Reference.nullish().meta({ description: 'Another source that this one belongs to or speaks for.' }),
  country: Country.nullish().meta({ description: 'The country of the source (ISO 3166-1 alpha-2).' }),
  image: imageInput,
}

export const NewSource = z.strictObject(input).meta({
  id: 'NewSource',
  description: 'A source to create.',
  examples: [{ name: 'Harbour Office', kind: 'organization', description: 'the port authority of Port Ellery' }],
})
export type NewSource = z.infer<typeof NewSource>

export const SourcePatch = patchOf({ ...input, slug: entrySlug }).meta({
  id: 'SourcePatch',
  description: 'The changes to a source.',
  examples: [{ country: 'NZ' }],
})

export const Source = z
  .object({
    ...entryView,
    slug: Slug.meta({ description: 'The slug of the source.', examples: ['harbour-office'] }),
    name: z.string().meta({ description: 'The name of the source.', examples: ['Harbour Office'] }),
    kind: z.enum(sourceKinds).meta({ description: 'The kind of source.', examples: ['organization'] }),
    description: z
      .string()
      .nullable()
      .meta({ description: 'What the source is.', examples: ['the port authority of Port Ellery'] }),
    url: z.string().nullable().meta({ description: 'The site of the source.' }),
    affiliation: z
      .object({ id: Id, slug: Slug, name: z.string().meta({ description: 'The name of that source.' }) })
      .nullable()
      .meta({ description: 'Another source that this one belongs to or speaks for.' }),
    country: z
      .string()
      .nullable()
      .meta({ description: 'The country of the source (ISO 3166-1 alpha-2).', examples: ['NZ'] }),
    image: imageView,
    ...entryMetadata,
  })
  .meta({ id: 'Source', description: 'Where facts or copy come from.' })

type Row = typeof sources.$inferSelect

export const sourceKind: EntryKind<Row, NewSource> = {
  noun: 'source',
  plural: 'sources',
  title: 'Source',
  example: 'harbour-office',
  table: sources,
  Input: NewSource,
  Patch: SourcePatch,
  View: Source,
  sorts: entrySorts({ noun: 'source', table: sources }),
  defaultSort: 'name',
  selfReference: { name: 'affiliation', column: sources.affiliation },
  filters: {
    kind: z.enum(sourceKinds).optional().meta({ description: 'Only sources of this kind.' }),
    country: Country.optional().meta({ description: 'Only sources of this country (ISO 3166-1 alpha-2).' }),
    affiliation: z
      .string()
      .max(1_000)
      .optional()
      .meta({
        description: 'Ids or slugs: sources with any of these affiliations.',
        ...commaSeparated({ type: 'string' }),
      }),
  },
  where: async (db, { kind, country, affiliation }) => [
    kind === undefined ? undefined : eq(sources.kind, String(kind)),
    country === undefined ? undefined : eq(sources.country, String(country)),
    affiliation === undefined
      ? undefined
      : inArray(sources.affiliation, await resolveIds(db, 'source', String(affiliation), 'affiliation')),
  ],
  async columns(db, { kind, description = null, url = null, affiliation, country = null, image }, self) {
    const affiliate = await resolveEntry(db, sourceKind, affiliation, '/affiliation')
    if (affiliate && affiliate.id === self?.id) throw ownAffiliation()
    const imageId = await resolveImage(db, image, self)
    return { kind, description, url, affiliation: affiliate?.id ?? null, country, image: imageId }
  },
  inputOf: ({ name, slug, kind, description, url, affiliation, country, image }) => ({
    name,
    slug,
    kind: kind as NewSource['kind'],
    description,
    url,
    affiliation,
    country,
    image,
  }),
  async views(db, rows) {
    const affiliates = await loadByIds<Row>(
      db,
      sources,
      rows.map((row) => row.affiliation).filter((id) => id !== null),
    )
    const articleCount = await articleCounts(
      db,
      'source',
      rows.map((row) => row.id),
    )
    return rows.map(({ version: _, deletedAt: __, affiliation, ...row }) => ({
      ...row,
      affiliation: affiliates.find(({ id }) => id === affiliation) ?? null,
      articleCount: articleCount(row.id),
    }))
  },
}

function ownAffiliation(): Problem {
  const message = 'must be another source'
  return new Problem('validation', `affiliation ${message}`, {
    errors: [{ in: 'body', pointer: '/affiliation', code: 'circular', message }],
  })
}
