import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import * as z from 'zod'
import { isServiceTemplate } from './lib/image-service.ts'
import { closestName } from './lib/suggest.ts'

const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true')

const integer = (min: number, max: number) =>
  z
    .string()
    .refine(
      (value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max,
      `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number)
const seconds = integer(0, 31_536_000)

/** A comma-separated list of at least one; `message` says what each item must be. */
const commaSeparated = (isValid: (value: string) => boolean, message: string) =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((values) => values.length > 0 && values.every(isValid), message)

/** A language tag (BCP 47), in its canonical case. */
/** An address that others begin with. */
const baseAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((value) => !/[?#]/.test(value), 'must have no query and no fragment')

const languageTag = z.string().transform((value, { addIssue }) => {
  try {
    return Intl.getCanonicalLocales(value)[0]
  } catch {
    addIssue('must be a BCP 47 language tag')
    return z.NEVER
  }
})

/** The path template of the site's pages for a kind of entry; `none` if the site has no such pages. */
const sitePath = z
  .string()
  .max(500)
  .regex(/^(none|\/[^\s?#]*\{slug\}[^\s?#]*)$/, 'must be a path with {slug} in it, such as /tags/{slug}, or none')

/** A crop by its name and its ratio, such as `wide=16:9`. */
const isCrop = (value: string): boolean => /^(?!full=)[a-z][a-z0-9]*=[1-9]\d{0,3}:[1-9]\d{0,3}$/.test(value)

const POSTGRES_ADDRESS = /^postgres(ql)?:/

/** A path or the name of a host. Quotes around it, as `docker --env-file` leaves them, would be a part of it. */
const place = z
  .string()
  .refine((value) => !/^\s|\s$|^(["']).*\1$/.test(value), 'must have no quotes or spaces around it')

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** The settings, by environment variable. docs/configuration.md describes each. */
const Environment = z.object({
  HOST: place.default('localhost'),
  PORT: integer(0, 65_535).default(3000),
  DATABASE_URL: place.default('./data/dateline.db'),
  DATABASE_READ_URL: z.string().regex(POSTGRES_ADDRESS, 'must be an address such as postgres://…').optional(),
  DATABASE_WAIT: integer(0, 3_600).default(30),
  DATABASE_TIMEOUT: integer(1, 3_600).default(15),
  DATABASE_CONNECTIONS: integer(1, 1_000).default(10),
  DATABASE_PREPARED: flag.default(true),
  // A bearer token in a header has no spaces.
  DATELINE_ADMIN_KEY: z
    .string()
    .regex(/^[!-~]{32,}$/, 'must have at least 32 characters, all of them ASCII and none a space')
    .optional(),
  PUBLIC_URL: baseAddress.optional(),
  SITE_URL: baseAddress.optional(),
  SITE_NAME: z.string().max(200).default('Dateline'),
  SITE_DESCRIPTION: z.string().max(1_000).optional(),
  SITE_LANGUAGE: languageTag.optional(),
  SITE_LOGO: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  SITE_LICENSING_PAGE: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  SITE_AUTHOR_PATH: sitePath.default('/authors/{slug}'),
  SITE_TAG_PATH: sitePath.default('/tags/{slug}'),
  SITE_SOURCE_PATH: sitePath.default('/sources/{slug}'),
  FEED_CONTENT: z.enum(['full', 'summary'], 'must be full or summary').default('full'),
  WEBSUB_HUB: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  PUBLIC_READ: flag.default(true),
  CORS_ORIGINS: commaSeparated(isOrigin, 'must be * or origins such as https://news.example, joined by commas').default(
    ['*'],
  ),
  TRUST_PROXY: z
    .union([
      flag,
      commaSeparated(isProxy, "must be true, false, or the proxies' addresses such as 10.0.0.0/8, joined by commas"),
    ])
    .default(false),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  RATE_LIMIT: integer(0, 1_000_000).default(0),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be an address such as redis://localhost:6379' }).optional(),
  CACHE_MAX_AGE: seconds.default(10),
  CACHE_STALE_WHILE_REVALIDATE: seconds.default(60),
  CACHE_BYTES: integer(0, 2 ** 40).default(16 * 1024 * 1024),
  CARD_CACHE_BYTES: integer(0, 2 ** 40).default(16 * 1024 * 1024),
  REQUIRE_IF_MATCH: flag.default(false),
  EDITORS_MAY_BACKDATE: flag.default(false),
  DRAIN_SECONDS: integer(0, 300).default(1),
  TRASH_DAYS: integer(0, 36_500).default(30),
  CHANGES_DAYS: integer(0, 36_500).default(90),
  DELIVERIES_DAYS: integer(0, 36_500).default(30),
  MEDIA_DIR: place.refine(isFolderOrBucket, 'must be a folder, or an address such as s3://bucket/prefix').optional(),
  MEDIA_CACHE_DIR: place.optional(),
  MEDIA_MAX_BYTES: integer(1, 5 * 2 ** 30).default(100 * 1024 * 1024),
  MEDIA_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  MEDIA_CROPS: commaSeparated(isCrop, 'must be crops such as wide=16:9, joined by commas').default([
    'wide=16:9',
    'standard=4:3',
    'square=1:1',
    'tall=3:4',
  ]),
  MEDIA_WIDTHS: commaSeparated(isWidth, 'must be widths from 16 to 8192 pixels, joined by commas').default([
    '320',
    '640',
    '960',
    '1280',
    '1920',
  ]),
  MEDIA_TEMPLATE: z
    .string()
    .refine(
      isServiceTemplate,
      'must be an address with {source}, such as https://img.example/{width}x{height}/{source}',
    )
    .optional(),
  MEDIA_ALLOWED_HOSTS: commaSeparated(
    isHost,
    'must be hosts such as files.internal or 10.0.0.5:8080, joined by commas',
  ).default([]),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  BACKUP_DIR: place.optional(),
  BACKUP_EVERY_HOURS: integer(0, 8_760).default(0),
  BACKUP_KEEP: integer(1, 10_000).default(7),
  SQLITE_CHECKPOINTS: flag.default(true),
  WRITER_THREAD: flag.optional(),
  DATELINE_COMMIT: z.string().max(100).optional(),
  METRICS_PORT: integer(0, 65_535).optional(),
  METRICS_HOST: place.default('localhost'),
  AUDIT_DAYS: integer(0, 36_500).default(0),
  AUDIT_ADDRESSES: flag.default(true),
  LOG_ADDRESSES: flag.default(false),
  SLOW_QUERY_MS: integer(0, 60_000).default(0),
  SECRETS_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  WEBHOOK_ALLOWED_HOSTS: commaSeparated(
    isHost,
    'must be hosts such as hooks.internal or 10.0.0.5:8080, joined by commas',
  ).default([]),
})

/** The names of all settings. */
export const settingNames = Object.keys(Environment.shape) as (keyof Config)[]

/** The settings of a process; read once at start, then immutable. */
export type Config = Readonly<z.output<typeof Environment>>

/** The settings of a PostgreSQL server, as storage takes them: times in milliseconds. */
export const serverOptions = (config: Config) => ({
  readUrl: config.DATABASE_READ_URL,
  wait: config.DATABASE_WAIT * 1_000,
  timeout: config.DATABASE_TIMEOUT * 1_000,
  connections: config.DATABASE_CONNECTIONS,
  prepared: config.DATABASE_PREPARED,
})

/** One or more settings are invalid; the message has one line per setting. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Settings whose values must not appear in error messages. */
const SECRETS = new Set([
  'DATABASE_URL',
  'DATABASE_READ_URL',
  'DATELINE_ADMIN_KEY',
  'REDIS_URL',
  'SECRETS_KEY',
  'AWS_SECRET_ACCESS_KEY',
])

/** Settings that may be read from files, as container platforms mount secrets: `SECRETS_KEY_FILE` names that of `SECRETS_KEY`. */
const FROM_FILES = [
  'DATABASE_URL',
  'DATABASE_READ_URL',
  'DATELINE_ADMIN_KEY',
  'REDIS_URL',
  'SECRETS_KEY',
  'AWS_SECRET_ACCESS_KEY',
]

/** The settings that the environment gives as files, without the line break at their end. Throws `ConfigError`. */
export function settingsFromFiles(environment: NodeJS.ProcessEnv): Record<string, string> {
  const given = FROM_FILES.flatMap((name) => {
    const path = environment[`${name}_FILE`]
    return path ? [[name, path] as const] : []
  })
  return Object.fromEntries(given.map(([name, path]) => [name, contentOfFile(`${name}_FILE`, path)]))
}

function contentOfFile(name: string, path: string): string {
  let content: string
  try {
    content = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new ConfigError(`${name} must name a file that can be read: ${(error as Error).message}`)
  }
  if (content === '') throw new ConfigError(`${name} names a file that is empty: ${path}`)
  return content
}

/** How many characters a name may differ from a setting to be taken for a misspelling of it. */
const MAX_MISSPELT = 2

/** What Kubernetes sets for a service called `dateline`. */
const SERVICE_LINK = /^DATELINE_(?:SERVICE_(?:HOST|PORT)(?:_\w+)?=|PORT(?:_\w+=|=\w+:\/\/))/

/**
 * Lines about names that are no settings: those that begin as settings of this program do, and those that differ little
 * from a setting that is not set. Short settings such as `PORT` resemble too much that belongs to other programs.
 */
function misspelt(variables: Record<string, unknown>): string[] {
  const known: string[] = [...settingNames, ...FROM_FILES.map((name) => `${name}_FILE`)]
  const missing = known.filter((name) => name.includes('_') && !(name in variables))
  const unknown = Object.keys(variables).filter(
    (name) => !known.includes(name) && !SERVICE_LINK.test(`${name}=${variables[name]}`),
  )
  return unknown.flatMap((name) => {
    const meant = closestName(name, missing, MAX_MISSPELT)
    if (meant === undefined && !name.startsWith('DATELINE_')) return []
    return `${name} is not a setting${meant ? `; did you mean ${meant}? Set that, or remove ${name}` : ''}`
  })
}

/**
 * Reads and validates the settings; an empty value counts as not set. Throws `ConfigError`, also for names that look like
 * misspelt settings.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const variables = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { data, error } = Environment.safeParse(variables)
  const unknown = misspelt(variables)
  const contradictory = data ? contradictions(data) : []
  if (data && unknown.length + contradictory.length === 0) return Object.freeze(data)
  const lines = (error?.issues ?? []).map(({ path, message }) => {
    const name = path.join('.')
    return `${name} ${message}${SECRETS.has(name) ? '' : ` (it is ${JSON.stringify(variables[name])})`}`
  })
  throw new ConfigError([...lines, ...contradictory, ...unknown].join('\n'))
}

/** A line for each setting that another contradicts. */
function contradictions(config: Config): string[] {
  const { PORT, METRICS_PORT, DATABASE_URL, DATABASE_READ_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = config
  const lines: string[] = []
  if (METRICS_PORT === PORT && PORT !== 0)
    lines.push(`METRICS_PORT must not be the same as PORT: the metrics have a port of their own (both are ${PORT})`)
  if (DATABASE_READ_URL !== undefined && !POSTGRES_ADDRESS.test(DATABASE_URL))
    lines.push('DATABASE_READ_URL is for PostgreSQL, and DATABASE_URL names an SQLite file')
  if ((AWS_ACCESS_KEY_ID === undefined) !== (AWS_SECRET_ACCESS_KEY === undefined))
    lines.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both or neither')
  return lines
}

/** Whether it is `*` or an origin (RFC 6454) as browsers serialise it: scheme, host and optional port. */
function isOrigin(value: string): boolean {
  if (value === '*') return true
  if (!URL.canParse(value)) return false
  const { protocol, host } = new URL(value)
  return host !== '' && !host.includes('*') && value === `${protocol}//${host}`
}

/** Whether it is a path, or the address of a bucket, whose endpoint is an http or https address. */
function isFolderOrBucket(value: string): boolean {
  if (!/^\w+:\/\//.test(value)) return true
  if (!URL.canParse(value)) return false
  const { protocol, hostname, searchParams } = new URL(value)
  const endpoint = searchParams.get('endpoint') ?? 'https://s3.amazonaws.com'
  return protocol === 's3:' && hostname !== '' && /^https?:/.test(endpoint) && URL.canParse(endpoint)
}

/** Whether it is a width of renditions, in pixels. */
function isWidth(value: string): boolean {
  return /^[1-9]\d{1,3}$/.test(value) && Number(value) >= 16 && Number(value) <= 8_192
}

/** Whether it is a host with an optional port, as in a URL. */
function isHost(value: string): boolean {
  if (!URL.canParse(`http://${value}`)) return false
  const { pathname, search, hash, username, password } = new URL(`http://${value}`)
  return `${pathname}${search}${hash}${username}${password}` === '/' && !/[/?#@]/.test(value)
}

/** Whether it is an IP address, a CIDR range, or one of the range names that Fastify knows. */
function isProxy(value: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(value)) return true
  const [, address = '', bits] = /^([^/]+)(?:\/(\d+))?$/.exec(value) ?? []
  const maxBits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  return maxBits > 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= maxBits))
}
