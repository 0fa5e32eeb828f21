/**
 * The catalogue: what articles refer to. Authors, sources, sections and tags are entries of one make; each says in its
 * own folder what is particular to it, and this folder does the rest.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as z from 'zod'
import type { AccessAttributes } from '../access/attributes.ts'
import type { EntryNoun } from '../changes/log.ts'
import { Id, line, Slug, Timestamp } from '../lib/schemas.ts'
import type { Order } from '../storage/keyset.ts'
import { refCounts } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** What every entry's row has. */
export interface EntryRow {
  id: string
  slug: string
  name: string
  sortName: string
  version: number
  createdAt: string
  updatedAt: string
  deletedAt: string | null
}

/** What every request that makes an entry has. */
export interface EntryInput {
  name: string
  slug?: string | undefined
}

export type EntryTable = SQLiteTable & Record<keyof EntryRow, SQLiteColumn>

/** Members of a request that makes an entry. */
export const entryInput = {
  name: line(200).meta({ description: 'The name.' }),
  slug: Slug.optional().meta({ description: 'The slug; made from the name if left out.' }),
}

/** Members of every reply that shows an entry. */
export const entryView = {
  id: Id,
  slug: Slug,
  name: z.string().meta({ description: 'The name.', examples: ['Ana Moreau'] }),
}

export const entryFacts = {
  articleCount: z.int().meta({ description: 'How many live articles refer to it.', examples: [12] }),
  createdAt: Timestamp.meta({ description: 'When it was created.' }),
  updatedAt: Timestamp.meta({ description: 'When it last changed.' }),
}

/** Where the entries of a kind are kept. */
export interface EntryStore {
  noun: EntryNoun
  table: EntryTable
}

/** What is particular to one kind of entry. */
export interface EntryKind<Row extends EntryRow, Input extends EntryInput> extends EntryStore {
  /** As in the path and in the document: `authors`, `Author`. */
  plural: string
  title: string
  /** The shapes of a request that makes one, of a reply, and of the filters of its list. */
  Input: z.ZodType<Input>
  Patch: z.ZodType
  View: z.ZodObject
  filters: Record<string, z.ZodType>
  sorts: Record<string, Omit<Order, 'id' | 'descending'>>
  /** Columns that only editors see: what changes in them changes nothing for the world. */
  internal?: readonly string[]
  /** The default order of its list. */
  sort: string
  /** The id of the entry below which the slug has to be unique; null at the top. Left out where it is so in the kind. */
  scope?(db: Reader, input: Input): Promise<string | null>
  /** The columns that the input stands for; looks up what it refers to. `self` is null for a new one. */
  columns(db: Reader, input: Input, self: Row | null, slug: string): Promise<Record<string, unknown>>
  /** The input that would make the row as it is: what a merge patch is merged into. */
  inputOf(row: Row): Input
  /** The replies that show the rows; `internal` ones are for editors only. */
  views(db: Reader, rows: Row[], internal: boolean): Promise<{ id: string }[]>
  /** The condition that the list's filters make. */
  where(db: Reader, filters: Record<string, unknown>): Promise<(SQL | undefined)[]>
  /** The column by which an entry refers to another of its kind, and its name, where there is one. */
  above?: { name: string; column: SQLiteColumn }
  /** The entries right below one, in their order, where the kind is a tree that is shown as one. */
  below?(db: Reader, row: Row): Promise<Row[]>
  /** What else has to change when an entry has; gives what the articles that refer to it are no more. */
  follow?(tx: Writer, before: Row, after: Row): Promise<AccessAttributes | null>
}

/** Sorts that every kind has. */
export const entrySorts = ({ noun, table }: EntryStore): Record<string, Omit<Order, 'id' | 'descending'>> => ({
  name: { kind: 'text', column: table.sortName },
  articleCount: { kind: 'number', column: countedArticles(noun, table) },
  createdAt: { kind: 'time', column: table.createdAt },
  updatedAt: { kind: 'time', column: table.updatedAt },
})

/** How many live articles refer to the entry of a row. */
const countedArticles = (noun: EntryNoun, table: EntryTable): SQL<number> =>
  sql<number>`coalesce((select counted.editions from ${refCounts} counted where counted.kind = ${noun} and counted.ref = ${table.id}), 0)`.mapWith(
    Number,
  )

/** Counts as a number on both engines. */
export const countOf = sql<number>`count(*)`.mapWith(Number)
