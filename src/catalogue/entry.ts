/**
 * The catalogue: authors, sources, sections, tags and media. All are entries with the same operations; an `EntryKind`
 * describes how one kind differs.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as z from 'zod'
import type { AccessAttributes } from '../access/attributes.ts'
import type { Caller, Permission } from '../access/roles.ts'
import type { EntryNoun } from '../changes/log.ts'
import { Image } from '../lib/media-schemas.ts'
import { Id, line, Reference, Slug, Timestamp } from '../lib/schemas.ts'
import type { Order } from '../storage/keyset.ts'
import { refCounts } from '../storage/schema.ts'
import type { Reader, Writer } from '../storage/storage.ts'

/** The columns of every kind of entry. */
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

/** The members of every request that creates an entry. */
export interface EntryInput {
  name: string
  slug?: string | undefined
}

export type EntryTable = SQLiteTable & Record<keyof EntryRow, SQLiteColumn>

/** Schemas of the members of every request that creates an entry. */
export const entryInput = {
  name: line(200).meta({ description: 'The name.' }),
  slug: Slug.optional().meta({ description: 'The slug; derived from the name unless set.' }),
}

/** The schema of the slug in a request that changes an entry, which always has one. */
export const entrySlug = Slug.meta({ description: 'The slug.' })

/** The schema of the image in a request that creates an entry, and in replies. */
export const imageInput = Reference.nullish().meta({ description: 'Its image, by the id of media.' })
export const imageView = Image.nullable().meta({ description: 'Its image; null for none.' })

/** Schemas of the members of every reply that shows an entry. */
export const entryView = {
  id: Id,
  slug: Slug,
  name: z.string().meta({ description: 'The name.', examples: ['Ana Moreau'] }),
}

export const entryMetadata = {
  articleCount: z.int().meta({ description: 'How many live articles refer to it.', examples: [12] }),
  createdAt: Timestamp.meta({ description: 'When it was created.' }),
  updatedAt: Timestamp.meta({ description: 'When it last changed.' }),
}

/** The entries of one kind, and their table. */
export interface EntryCollection {
  noun: EntryNoun
  table: EntryTable
}

/** A column of another kind that refers to entries. */
export interface EntryUse extends EntryCollection {
  plural: string
  column: SQLiteColumn
}

/** Describes one kind of entry. */
export interface EntryKind<Row extends EntryRow, Input extends EntryInput> extends EntryCollection {
  /** As in paths and in the OpenAPI document: `authors`, `Author`. */
  plural: string
  title: string
  /** The slug in the examples of the OpenAPI document: one of the sample newsroom, if that has any of the kind. */
  example: string
  /** Schemas: of the requests that create and update an entry, of replies, and of the filters of the list. */
  Input: z.ZodType<Input>
  Patch: z.ZodType
  View: z.ZodObject
  filters: Record<string, z.ZodType>
  sorts: Record<string, Omit<Order, 'id' | 'descending'>>
  /**
   * The permission that reading an entry needs; `live:read` if left out. Entries that need another are in the log of
   * changes only while a live edition shows them.
   */
  readAccess?: Permission
  /** Whether an entry is created by an upload, which has a route of its own, instead of a POST of its input. */
  isUploaded?: boolean
  /** Columns that only editors see; changes to them are not public changes. */
  internalColumns?: readonly string[]
  /** The default sort order of the list. */
  defaultSort: string
  /** How the list is searched with `q`; left out: by the beginnings of words of the name. */
  search?: { description: string; where(text: string): SQL }
  /** The id of the parent among whose children the slug is unique; null at the top. Left out if it is unique in the kind. */
  slugScope?(db: Reader, input: Input): Promise<string | null>
  /** The slug of a new entry; left out if it is derived from the name, with a number where that is taken. */
  slugOfNew?(id: string, input: Input): string
  /** Throws unless this caller, who may not write all content, may change the entry; left out if none may. */
  checkOwner?(db: Reader, caller: Caller, row: Row): Promise<void>
  /** The columns for an input at a time, with its references resolved. `self` is null for a new entry. */
  columns(
    db: Reader,
    input: Input,
    self: Row | null,
    at: { slug: string; now: string },
  ): Promise<Record<string, unknown>>
  /** The input that corresponds to the row: the target of a merge patch. */
  inputOf(row: Row): Input
  /** The rows as in replies; `internal` adds the members that only editors see. */
  views(db: Reader, rows: Row[], internalColumns: boolean): Promise<{ id: string }[]>
  /** The predicates for the filters of the list. */
  where(db: Reader, filters: Record<string, unknown>): Promise<(SQL | undefined)[]>
  /** The column that refers to another entry of the same kind, such as the parent, and its name. */
  selfReference?: { name: string; column: SQLiteColumn }
  /** Whether an entry can take the place of another in what refers to that; any can if left out. */
  mayReplace?(row: Row, other: Row): boolean
  /** Columns of other kinds that refer to entries of this kind: it cannot be deleted while any does. */
  usedBy?: readonly EntryUse[]
  /** For a tree: the children of an entry, in their order. */
  children?(db: Reader, row: Row): Promise<Row[]>
  /** How a changed entry is in the log of changes; `updated` if left out. */
  changeVerb?(before: Row, after: Row): string
  /** Updates what depends on a changed entry; returns the previous attributes of the articles that refer to it. */
  cascade?(tx: Writer, before: Row, after: Row): Promise<AccessAttributes | null>
}

/** The sort orders of every kind. */
export const entrySorts = ({ noun, table }: EntryCollection): Record<string, Omit<Order, 'id' | 'descending'>> => ({
  name: { kind: 'text', column: table.sortName },
  articleCount: { kind: 'number', column: articleCountColumn(noun, table) },
  createdAt: { kind: 'time', column: table.createdAt },
  updatedAt: { kind: 'time', column: table.updatedAt },
})

/** How many editions refer to the entry of a row. */
const articleCountColumn = (noun: EntryNoun, table: EntryTable): SQL<number> =>
  sql<number>`coalesce((select counted.editions from ${refCounts} counted where counted.kind = ${noun} and counted.ref = ${table.id}), 0)`.mapWith(
    Number,
  )

/** `count(*)` as a number on both engines. */
export const rowCount = sql<number>`count(*)`.mapWith(Number)
