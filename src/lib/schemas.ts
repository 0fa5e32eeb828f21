/** Schemas of single values that every resource uses. */
import { domainToASCII } from 'node:url'
import * as z from 'zod'
import { isId } from './id.ts'
import { canonicalLanguage } from './languages.ts'
import { MAX_SLUG } from './slug.ts'
import { isVisible } from './unicode.ts'

/** A UUIDv7 (RFC 9562) that the service assigned. */
export const Id = z
  .string()
  .refine(isId, 'must be an id')
  .meta({
    id: 'Id',
    format: 'uuid',
    description: 'A UUIDv7, assigned by the service.',
    examples: ['0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'],
  })
export type Id = z.infer<typeof Id>

/** The name of a resource in URLs: lower-case words joined by hyphens; never in the format of an id. */
export const Slug = z
  .string()
  .max(MAX_SLUG)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters and digits joined by single hyphens')
  .refine((value) => !isId(value), 'must not look like an id')
  .meta({ id: 'Slug', description: 'Lower-case words joined by hyphens.', examples: ['harbour-bridge-reopens'] })
export type Slug = z.infer<typeof Slug>

/** Longest path on the site, in characters: ten nested sections and an article. */
const MAX_PATH = 11 * (MAX_SLUG + 1)

/** A path on the site, of a section or an article. Whether it exists is checked where it is resolved. */
export const SitePath = z
  .string()
  .max(MAX_PATH)
  .regex(/^\//, 'must begin with /')
  .meta({ id: 'SitePath', description: 'A path on the site.', examples: ['/world-news/asia'] })

/**
 * A reference to another resource: its id or its slug, or the path of a section. An object with an `id`, as replies have it,
 * is accepted as well, so that what a client has read can be sent back.
 */
export const Reference = z
  .union([z.string().min(1).max(MAX_PATH), z.looseObject({ id: Id })])
  .transform((value) => (typeof value === 'string' ? value : value.id))
  .meta({
    id: 'Reference',
    description:
      'An id or a slug; of a section the path, too; or the object a reply carries, of which only the `id` is read.',
    examples: ['world-news'],
  })
export type Reference = z.infer<typeof Reference>

/** A time in replies: RFC 3339, UTC, with milliseconds. */
export const Timestamp = z.iso.datetime({ precision: 3 }).meta({
  id: 'Timestamp',
  description: 'A time in UTC with milliseconds (RFC 3339).',
  examples: ['2022-01-06T09:30:00.000Z'],
})
export type Timestamp = z.infer<typeof Timestamp>

/** A time in requests: RFC 3339 with any offset; parsed to UTC with milliseconds. Both engines store the years 1 to 9999. */
export const Moment = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value).toISOString())
  .refine((value) => /^(?!0000)\d{4}-/.test(value), 'must be in the years 1 to 9999')
  .meta({ id: 'Moment', description: 'A time with any offset (RFC 3339).', examples: ['2022-01-06T10:30:00+01:00'] })

/** Longest URL, in characters. */
export const MAX_URL = 2048

/** An absolute http or https URL, as browsers accept it: it may have letters that a URI (RFC 3986) would encode. */
export const WebUrl = z
  .string()
  .max(MAX_URL)
  .refine(isWebUrl, 'must be an absolute http or https address')
  .meta({
    id: 'WebUrl',
    description: 'An absolute http or https address, as browsers accept it; it may contain letters other than ASCII.',
    examples: ['https://wire.example/1'],
  })

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value) || /\s/.test(value)) return false
  const url = new URL(value)
  return (url.protocol === 'http:' || url.protocol === 'https:') && !url.username && !url.password
}

/** Arguments of `refine`: a text that is not empty must have a visible character. */
const visible = [(text: string) => text === '' || isVisible(text), 'must not be of invisible characters alone'] as const

/** One line of text, trimmed, not empty, at most `max` characters. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .regex(/^[^\r\n]*$/, 'must be a single line')
    .refine(...visible)

/** Text of one or more lines, trimmed, not empty, at most `max` characters. */
export const prose = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .refine(...visible)

/** A BCP 47 language tag, in its canonical case. */
export const Language = z
  .string()
  .max(35)
  .refine((value) => canonicalLanguage(value) !== undefined, 'must be a BCP 47 language tag')
  .transform((value) => canonicalLanguage(value) ?? value)
  .meta({ id: 'Language', description: 'A BCP 47 language tag.', examples: ['en', 'fr-CA'] })

/** ISO 3166-1 alpha-2. */
export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166-1)')
  .meta({ id: 'Country', description: 'A country code (ISO 3166-1 alpha-2).', examples: ['NZ'] })

/** The local part of an e-mail address: atoms joined by dots (RFC 5322), in any script (RFC 6531). */
const LOCAL_PART = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
/** A host name: labels of letters and digits, the last not of digits alone (RFC 1123). */
const HOST_NAME = /^([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d]([a-z\d-]{0,61}[a-z\d])$/

/** An e-mail address; its domain may be in any script, or in the ASCII form of DNS (RFC 5891). */
export const Email = z
  .string()
  .max(254)
  .refine(isEmail, 'must be an e-mail address')
  .meta({ id: 'Email', format: 'idn-email', description: 'An e-mail address.', examples: ['ana@example.org'] })

function isEmail(value: string): boolean {
  const [, local = '', domain = ''] = /^(.{1,64})@([\p{L}\p{M}\p{N}.-]{1,253})$/u.exec(value) ?? []
  return LOCAL_PART.test(local) && HOST_NAME.test(domainToASCII(domain))
}

/** A link with a label. */
export const Link = z
  .strictObject({
    label: line(100).meta({ description: 'The words of the link.', examples: ['Portfolio'] }),
    url: WebUrl.meta({ description: 'Where it leads.' }),
  })
  .meta({ id: 'Link', description: 'A labelled link to a page elsewhere.' })
export type Link = z.infer<typeof Link>
