import { eq } from 'drizzle-orm'
import * as z from 'zod'
import { Email, Link, line, prose, WebUrl } from '../lib/shapes.ts'
import { authors } from '../storage/schema.ts'
import { articleCounts } from './counts.ts'
import { type EntryKind, entryFacts, entryInput, entrySorts, entryView } from './entry.ts'

const kinds = ['person', 'organization'] as const

const input = {
  ...entryInput,
  kind: z.enum(kinds).optional().meta({ description: '`person` if left out; a desk is an `organization`.' }),
  jobTitle: line(200).nullish(),
  bio: prose(5_000).nullish(),
  avatar: WebUrl.nullish(),
  email: Email.nullish().meta({ description: 'Shown to editors only.' }),
  links: z.array(Link).max(20).optional(),
}

export const NewAuthor = z.strictObject(input).meta({
  id: 'NewAuthor',
  description: 'An author to be made.',
  examples: [{ name: 'Ana Moreau', jobTitle: 'Foreign correspondent', bio: 'Covers the southern coast.' }],
})
export type NewAuthor = z.infer<typeof NewAuthor>

export const AuthorPatch = z
  .strictObject(input)
  .partial()
  .meta({ id: 'AuthorPatch', description: 'What to change about an author.', examples: [{ jobTitle: 'Editor' }] })

export const Author = z
  .object({
    ...entryView,
    kind: z.enum(kinds),
    jobTitle: z.string().nullable(),
    bio: z.string().nullable(),
    avatar: z.string().nullable(),
    email: z.string().nullable().optional().meta({ description: 'Only in replies to editors.' }),
    links: z.array(Link),
    ...entryFacts,
  })
  .meta({ id: 'Author', description: 'Who writes: a person or a desk.' })

type Row = typeof authors.$inferSelect

export const authorKind: EntryKind<Row, NewAuthor> = {
  noun: 'author',
  plural: 'authors',
  title: 'Author',
  table: authors,
  Input: NewAuthor,
  Patch: AuthorPatch,
  View: Author,
  sorts: entrySorts({ noun: 'author', table: authors }),
  sort: 'name',
  internal: ['email'],
  filters: { kind: z.enum(kinds).optional() },
  where: async (_db, { kind }) => [kind === undefined ? undefined : eq(authors.kind, String(kind))],
  columns: async (_db, { kind = 'person', jobTitle = null, bio = null, avatar = null, email = null, links = [] }) => ({
    kind,
    jobTitle,
    bio,
    avatar,
    email,
    links,
  }),
  inputOf: ({ name, slug, kind, jobTitle, bio, avatar, email, links }) => ({
    name,
    slug,
    kind: kind as NewAuthor['kind'],
    jobTitle,
    bio,
    avatar,
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
