import * as z from 'zod'
import { patchOf } from '../lib/merge-patch.ts'
import { prose, Slug } from '../lib/schemas.ts'
import { tags } from '../storage/schema.ts'
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

const input = {
  ...entryInput,
  description: prose(5_000).nullish().meta({ description: 'What the tag stands for.' }),
  image: imageInput,
}

export const NewTag = z
  .strictObject(input)
  .meta({ id: 'NewTag', description: 'A tag to create.', examples: [{ name: 'Infrastructure' }] })
export type NewTag = z.infer<typeof NewTag>

export const TagPatch = patchOf({ ...input, slug: entrySlug }).meta({
  id: 'TagPatch',
  description: 'The changes to a tag.',
  examples: [{ name: 'Public works' }],
})

export const Tag = z
  .object({
    ...entryView,
    slug: Slug.meta({ description: 'The slug of the tag.', examples: ['infrastructure'] }),
    name: z.string().meta({ description: 'The name of the tag.', examples: ['Infrastructure'] }),
    description: z.string().nullable().meta({ description: 'What the tag stands for.' }),
    image: imageView,
    ...entryMetadata,
  })
  .meta({ id: 'Tag', description: 'A subject that articles are about.' })

type Row = typeof tags.$inferSelect

export const tagKind: EntryKind<Row, NewTag> = {
  noun: 'tag',
  plural: 'tags',
  title: 'Tag',
  example: 'infrastructure',
  table: tags,
  Input: NewTag,
  Patch: TagPatch,
  View: Tag,
  sorts: entrySorts({ noun: 'tag', table: tags }),
  defaultSort: 'name',
  filters: {},
  where: async () => [],
  columns: async (db, { description = null, image }, self) => ({
    description,
    image: await resolveImage(db, image, self),
  }),
  inputOf: ({ name, slug, description, image }) => ({ name, slug, description, image }),
  async views(db, rows) {
    const articleCount = await articleCounts(
      db,
      'tag',
      rows.map((row) => row.id),
    )
    return rows.map(({ version: _, deletedAt: __, ...row }) => ({ ...row, articleCount: articleCount(row.id) }))
  },
}
