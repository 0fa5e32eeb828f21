import { eq } from 'drizzle-orm'
import * as z from 'zod'
import { patchOf } from '../lib/merge-patch.ts'
import { Email, Link, line, prose, Slug, WebUrl } from '../lib/schemas.ts'
import { authors } from '../storage/schema.ts'
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

const kinds = ['person', 'organization'] as const

const input = {
  ...entryInput,
  kind: z
    .enum(kinds)
    .optional()
    .meta({ description: 'Whether it is a person or a desk (`organization`); `person` unless set.' }),
  jobTitle: line(200).nullish().meta({ description: 'What the author does.' }),
  bio: prose(5_000).nullish().meta({ description: 'A few words about the author.' }),
  avatar: WebUrl.nullish().meta({ description: 'The address of a portrait elsewhere.' }),
  image: imageInput,
  email: Email.nullish().meta({ description: 'An e-mail address, shown to editors only.' }),
  links: z.array(Link).max(20).optional().meta({ description: 'Where else to find the author.' }),
}

export const NewAuthor = z.strictObject(input).meta({
  id: 'NewAuthor',
  description: 'An author to create.',
  examples: [{ name: 'Ana Moreau', jobTitle: 'Foreign correspondent', bio: 'Covers the southern coast.' }],
})
export type NewAuthor = z.infer<typeof NewAuthor>

export const AuthorPatch = patchOf({ ...input, slug: entrySlug }).meta({
  id: 'AuthorPatch',
  description: 'The changes to an author.',
  examples: [{ jobTitle: 'Editor' }],
})

export const Author = z
  .object({
    ...entryView,
    slug: Slug.meta({ description: 'The slug of the author.', examples: ['ana-moreau'] }),
    kind: z.enum(kinds).meta({ description: 'Whether it is a person or a desk (`organization`).' }),
    jobTitle: z
      .string()
      .nullable()
      .meta({ description: 'What the author does.', examples: ['Foreign correspondent'] }),
    bio: z
      .string()
      .nullable()
      .meta({ description: 'A few words about the author.', examples: ['Covers the southern coast.'] }),
    avatar: z.string().nullable().meta({ description: 'The address of a portrait elsewhere.' }),
    image: imageView,
    email: z.string().nullable().optional().meta({ description: 'An e-mail address, only in replies to editors.' }),
    links: z.array(Link).meta({ description: 'Where else to find the author.', examples: [[]] }),
    ...entryMetadata,
  })
  .meta({ id: 'Author', description: 'Somebody who writes: a person or a desk.' })

type Row = typeof authors.$inferSelect

export const authorKind: EntryKind<Row, NewAuthor> = {
  noun: 'author',
  plural: 'authors',
  title: 'Author',
  example: 'ana-moreau',
  table: authors,
  Input: NewAuthor,
  Patch: AuthorPatch,
  View: Author,
  sorts: entrySorts({ noun: 'author', table: authors }),
  defaultSort: 'name',
  internalColumns: ['email'],
  filters: { kind: z.enum(kinds).optional().meta({ description: 'Only persons, or only desks.' }) },
  where: async (_db, { kind }) => [kind === undefined ? undefined : eq(authors.kind, String(kind))],
  columns: async (
    db,
    { kind = 'person', jobTitle = null, bio = null, avatar = null, image, email = null, links = [] },
    self,
  ) => ({
    kind,
    jobTitle,
    bio,
    avatar,
    image: await resolveImage(db, image, self),
    email,
    links,
  }),
  inputOf: ({ name, slug, kind, jobTitle, bio, avatar, image, email, links }) => ({
    name,
    slug,
    kind: kind as NewAuthor['kind'],
    jobTitle,
    bio,
    avatar,
    image,
    email,
    links,
  }),
  async views(db, rows, internal) {
    const articleCount = await articleCounts(
      db,
      'author',
      rows.map((row) => row.id),
    )
    return rows.map(({ version: _, deletedAt: __, email, ...row }) => ({
      ...row,
      ...(internal && { email }),
      articleCount: articleCount(row.id),
    }))
  },
}
