/** The small shapes that every resource is made of. */
import * as z from 'zod'
import { isId } from './id.ts'
import { MAX_SLUG } from './slug.ts'

/** A UUIDv7 made by the server (RFC 9562). */
export const Id = z
  .string()
  .refine(isId, 'must be an id')
  .meta({
    id: 'Id',
    format: 'uuid',
    description: 'A UUIDv7, made by the server.',
    examples: ['0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'],
  })
export type Id = z.infer<typeof Id>

/** The address of a thing: lower-case words joined by hyphens; never of an id's form. */
export const Slug = z
  .string()
  .max(MAX_SLUG)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters and digits joined by single hyphens')
  .refine((value) => !isId(value), 'must not look like an id')
  .meta({ id: 'Slug', description: 'Lower-case words joined by hyphens.', examples: ['harbour-bridge-reopens'] })
export type Slug = z.infer<typeof Slug>

/**
 * What a request names another thing by: its id or its slug. The object that replies carry is taken too, and only its
 * `id` is read, so that what was read can be sent back.
 */
export const Reference = z
  .union([z.string().min(1).max(MAX_SLUG), z.looseObject({ id: Id })])
  .transform((value) => (typeof value === 'string' ? value : value.id))
  .meta({
    id: 'Reference',
    description: 'An id or a slug; or the object a reply carries, of which only the `id` is read.',
    examples: ['world-news'],
  })
export type Reference = z.infer<typeof Reference>

/** A moment: RFC 3339, UTC, milliseconds. */
export const Timestamp = z.iso
  .datetime({ precision: 3 })
  .meta({ id: 'Timestamp', description: 'RFC 3339, UTC, milliseconds.', examples: ['2022-01-06T09:30:00.000Z'] })
export type Timestamp = z.infer<typeof Timestamp>

/** A moment on input: RFC 3339 with any offset; kept as UTC with milliseconds. Both engines know the years 1 to 9999. */
export const Moment = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value).toISOString())
  .refine((value) => /^(?!0000)\d{4}-/.test(value), 'must be in the years 1 to 9999')
  .meta({ id: 'Moment', description: 'RFC 3339, any offset.', examples: ['2022-01-06T10:30:00+01:00'] })

/** Longest web address, in characters. */
const MAX_URL = 2048

/** An absolute http or https address, as browsers take it: it may have letters that a URI (RFC 3986) would encode. */
export const WebUrl = z
  .string()
  .max(MAX_URL)
  .refine(isWebUrl, 'must be an absolute http or https address')
  .meta({
    id: 'WebUrl',
    description: 'An absolute http or https address, as browsers take it; other letters than ASCII may stand in it.',
    examples: ['https://wire.example/1'],
  })

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value) || /\s/.test(value)) return false
  const url = new URL(value)
  return (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password
}

/** One line of text, trimmed, not empty, at most `max` characters. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .regex(/^[^\r\n]*$/, 'must be a single line')

/** Text of one or more lines, trimmed, not empty, at most `max` characters. */
export const prose = (max: number) => z.string().trim().min(1, 'must not be empty').max(max)

/** A BCP 47 language tag, in its canonical case. */
export const Language = z
  .string()
  .max(35)
  .refine(isLanguage, 'must be a BCP 47 language tag')
  .transform((value) => Intl.getCanonicalLocales(value)[0] ?? value)
  .meta({ id: 'Language', description: 'A BCP 47 language tag.', examples: ['en', 'fr-CA'] })

function isLanguage(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1
  } catch {
    return false
  }
}

/** ISO 3166-1 alpha-2. */
export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1)')
  .meta({ id: 'Country', description: 'ISO 3166-1 alpha-2.', examples: ['NZ'] })

/** A labelled link to a page elsewhere. */
export const Link = z
  .strictObject({ label: line(100), url: WebUrl })
  .meta({ id: 'Link', description: 'A labelled link to a page elsewhere.' })
export type Link = z.infer<typeof Link>
