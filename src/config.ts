import * as z from 'zod'

const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
)
const seconds = z.coerce.number().int().min(0).max(31_536_000)

/** Every setting there is, by the name of its environment variable. */
const Environment = z.object({
  HOST: z.string().min(1).default('localhost'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  DATABASE_URL: z.string().min(1).default('./data/dateline.db'),
  DATELINE_ADMIN_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  SITE_NAME: z.string().min(1).default('Dateline'),
  PUBLIC_READ: flag.default(true),
  CORS_ORIGINS: list.default(['*']),
  TRUST_PROXY: z.string().default('false').transform(proxies),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  RATE_LIMIT: z.coerce.number().int().min(0).default(0),
  CACHE_MAX_AGE: seconds.default(10),
  CACHE_STALE_WHILE_REVALIDATE: seconds.default(60),
})

/** The settings of a process; made once, never changed. */
export type Config = Readonly<z.output<typeof Environment>>

/** A setting is wrong; the message names each one and says why. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** The settings that the environment gives; empty values count as left out. Throws `ConfigError`. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { data, error } = Environment.safeParse(given)
  if (data) return Object.freeze(data)
  throw new ConfigError(error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'))
}

/** `true`, `false`, how many proxies stand in front, or their addresses. */
function proxies(value: string): boolean | number | string {
  if (value === 'true' || value === 'false') return value === 'true'
  return /^\d+$/.test(value) ? Number(value) : value
}
