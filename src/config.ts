import { isIP } from 'node:net'
import * as z from 'zod'

const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true')

const whole = (min: number, max: number) =>
  z
    .string()
    .refine(
      (value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max,
      `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number)
const seconds = whole(0, 31_536_000)

const listOf = (isGood: (value: string) => boolean, rule: string) =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    )
    .refine((values) => values.every(isGood), rule)

/** A language tag (BCP 47), in its canonical case. */
const languageTag = z.string().transform((value, { addIssue }) => {
  try {
    return Intl.getCanonicalLocales(value)[0]
  } catch {
    addIssue('must be a BCP 47 language tag')
    return z.NEVER
  }
})

/** Where the site has the page of an entry; `none` for no such pages. */
const sitePath = z
  .string()
  .max(500)
  .regex(/^(none|\/[^\s?#]*\{slug\}[^\s?#]*)$/, 'must be a path with {slug} in it, such as /tags/{slug}, or none')

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Every setting there is, by the name of its environment variable. */
const Environment = z.object({
  HOST: z.string().default('localhost'),
  PORT: whole(0, 65_535).default(3000),
  DATABASE_URL: z.string().default('./data/dateline.db'),
  DATELINE_ADMIN_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  SITE_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  SITE_NAME: z.string().max(200).default('Dateline'),
  SITE_DESCRIPTION: z.string().max(1_000).optional(),
  SITE_LANGUAGE: languageTag.optional(),
  SITE_LOGO: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  SITE_AUTHOR_PATH: sitePath.default('/authors/{slug}'),
  SITE_TAG_PATH: sitePath.default('/tags/{slug}'),
  SITE_SOURCE_PATH: sitePath.default('/sources/{slug}'),
  FEED_CONTENT: z.enum(['full', 'summary'], 'must be full or summary').default('full'),
  WEBSUB_HUB: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  PUBLIC_READ: flag.default(true),
  CORS_ORIGINS: listOf(isOrigin, 'must be * or origins such as https://news.example, joined by commas').default(['*']),
  TRUST_PROXY: z
    .union([
      flag,
      listOf(isProxy, "must be true, false, or the proxies' addresses such as 10.0.0.0/8, joined by commas"),
    ])
    .default(false),
  LOG_LEVEL: z.enum(levels, `must be one of ${levels.join(', ')}`).default('info'),
  RATE_LIMIT: whole(0, 1_000_000).default(0),
  CACHE_MAX_AGE: seconds.default(10),
  CACHE_STALE_WHILE_REVALIDATE: seconds.default(60),
  CACHE_BYTES: whole(0, 2 ** 40).default(16 * 1024 * 1024),
  REQUIRE_IF_MATCH: flag.default(false),
  EDITORS_MAY_BACKDATE: flag.default(false),
  TRASH_DAYS: whole(0, 36_500).default(30),
  CHANGES_DAYS: whole(0, 36_500).default(90),
  DELIVERIES_DAYS: whole(0, 36_500).default(30),
  SECRETS_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  WEBHOOK_ALLOWED_HOSTS: listOf(
    isHost,
    'must be hosts such as hooks.internal or 10.0.0.5:8080, joined by commas',
  ).default([]),
})

/** The names of all settings. */
export const settingNames = Object.keys(Environment.shape) as (keyof Config)[]

/** The settings of a process; made once, never changed. */
export type Config = Readonly<z.output<typeof Environment>>

/** Settings are wrong; the message has a line for each one. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Settings whose value is told to nobody. */
const SECRET = new Set(['DATELINE_ADMIN_KEY', 'SECRETS_KEY'])

/** The settings that the environment gives; empty values count as left out. Throws `ConfigError`. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { data, error } = Environment.safeParse(given)
  if (data) return Object.freeze(data)
  const lines = error.issues.map(({ path, message }) => {
    const name = path.join('.')
    return `${name} ${message}${SECRET.has(name) ? '' : ` (it is ${JSON.stringify(given[name])})`}`
  })
  throw new ConfigError(lines.join('\n'))
}

/** Whether it is `*`, or a scheme, a host and perhaps a port, as browsers write them. */
function isOrigin(value: string): boolean {
  if (value === '*') return true
  if (!URL.canParse(value)) return false
  const { protocol, host } = new URL(value)
  return host !== '' && value === `${protocol}//${host}`
}

/** Whether it is a host, or a host and a port, as they stand in addresses. */
function isHost(value: string): boolean {
  if (!URL.canParse(`http://${value}`)) return false
  const { pathname, search, hash, username, password } = new URL(`http://${value}`)
  return `${pathname}${search}${hash}${username}${password}` === '/' && !/[/?#@]/.test(value)
}

/** Whether it is an address, a range of them, or a name that Fastify has for some. */
function isProxy(value: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(value)) return true
  const [, address = '', bits] = /^([^/]+)(?:\/(\d+))?$/.exec(value) ?? []
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  return most > 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= most))
}
