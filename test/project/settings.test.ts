import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readConfig, settingNames, settingsFromFiles } from '../../src/config.ts'

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The default of every setting as it is written down; undefined where there is none. */
const defaults = Object.fromEntries(settingNames.map((name) => [name, String(readConfig({})[name] ?? '') || undefined]))

describe('the settings', () => {
  it('are all in .env.example, each with its default', () => {
    const lines = [...textOf('.env.example').matchAll(/^#?([A-Z_]+)=(.*)$/gm)]
    const given = Object.fromEntries(lines.map(([, name = '', value]) => [name, value === '' ? undefined : value]))
    expect(given).toEqual(defaults)
    expect(Object.keys(given)).toEqual(Object.keys(defaults))
  })

  it('are all in docs/configuration.md, each with its default', () => {
    const rows = [...textOf('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` +\| [^|]+ \| ([^|]+?) +\|/gm)]
    const documented = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, /^`(.*)`$/.exec(value)?.[1]]))
    // Where it is left out, another setting counts.
    expect(documented).toEqual({ ...defaults, SITE_URL: 'PUBLIC_URL', MEDIA_URL: 'PUBLIC_URL' })
  })
})

it.each(['compose.yaml', 'kubernetes.yaml', 'dateline.service'])(
  'docs/deploy/%s names settings that there are',
  (file) => {
    const named = [...textOf(`docs/deploy/${file}`).matchAll(/(?:name: |Environment=|^ {6})([A-Z]+(?:_[A-Z]+)+)\b/gm)]
    const secrets = ['DATABASE_URL', 'DATELINE_ADMIN_KEY', 'SECRETS_KEY', 'AWS_SECRET_ACCESS_KEY']
    const known = [...settingNames, ...secrets.map((name) => `${name}_FILE`), 'NODE_ENV']
    const ofDateline = named.map(([, name = '']) => name).filter((name) => !name.startsWith('POSTGRES_'))
    expect(ofDateline).toContain('DATABASE_URL_FILE')
    expect(ofDateline.filter((name) => !known.includes(name))).toEqual([])
  },
)

it('secrets are read from files', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'dateline-secret-')), 'secret')
  writeFileSync(path, 'postgres://user:secret@db/news\n')
  const read = settingsFromFiles({ DATABASE_URL_FILE: path, DATABASE_URL: '/data/dateline.db', SECRETS_KEY_FILE: '' })
  expect(read).toEqual({ DATABASE_URL: 'postgres://user:secret@db/news' })
  expect(() => settingsFromFiles({ SECRETS_KEY_FILE: '/nowhere' })).toThrow('SECRETS_KEY_FILE must name a file')
  writeFileSync(path, '\n')
  expect(() => settingsFromFiles({ DATABASE_URL_FILE: path })).toThrow('DATABASE_URL_FILE names a file that is empty')
  rmSync(dirname(path), { recursive: true })
})

it('what Kubernetes sets for a service called dateline is no setting, and no mistake', () => {
  const links = {
    DATELINE_SERVICE_HOST: '10.0.0.1',
    DATELINE_SERVICE_PORT_HTTP: '80',
    DATELINE_PORT: 'tcp://10.0.0.1:80',
    DATELINE_PORT_80_TCP_ADDR: '10.0.0.1',
  }
  expect(readConfig(links).PORT).toBe(3_000)
})

describe('a setting that is wrong', () => {
  const proxies = "true, false, or the proxies' addresses such as 10.0.0.0/8, joined by commas"

  it.each<[Record<string, string>, string]>([
    [{ PORT: 'abc' }, 'PORT must be a whole number from 0 to 65535 (it is "abc")'],
    [{ TRUST_PROXY: 'maybe' }, `TRUST_PROXY must be ${proxies} (it is "maybe")`],
    [{ TRUST_PROXY: '1' }, `TRUST_PROXY must be ${proxies} (it is "1")`],
    [{ TRUST_PROXY: '10.0.0.0/33' }, `TRUST_PROXY must be ${proxies} (it is "10.0.0.0/33")`],
    [
      { CORS_ORIGINS: 'https://news.example,news.example' },
      'CORS_ORIGINS must be * or origins such as https://news.example, joined by commas (it is "https://news.example,news.example")',
    ],
    [{ TRUST_PROXY: ',' }, `TRUST_PROXY must be ${proxies} (it is ",")`],
    [
      { CORS_ORIGINS: 'https://*.news.example' },
      'CORS_ORIGINS must be * or origins such as https://news.example, joined by commas (it is "https://*.news.example")',
    ],
    [
      { DATELINE_ADMIN_KEY: 'a key with spaces that is long enough for one' },
      'DATELINE_ADMIN_KEY must have at least 32 characters, all of them ASCII and none a space',
    ],
    [{ CORS_ORIGIN: '*' }, 'CORS_ORIGIN is not a setting; did you mean CORS_ORIGINS? Set that, or remove CORS_ORIGIN'],
    [{ RATELIMIT: '5' }, 'RATELIMIT is not a setting; did you mean RATE_LIMIT? Set that, or remove RATELIMIT'],
    [{ DATELINE_PORT: '80' }, 'DATELINE_PORT is not a setting'],
    [{ DATABASE_URL_FIEL: '/x' }, 'DATABASE_URL_FIEL is not a setting; did you mean DATABASE_URL_FILE?'],
    [{ SECRETS_KEY_FLE: '/x' }, 'SECRETS_KEY_FLE is not a setting; did you mean SECRETS_KEY_FILE?'],
    [{ MEDIA_DIR: '"/data/media"' }, `MEDIA_DIR must have no quotes or spaces around it (it is "\\"/data/media\\"")`],
    [{ HOST: ' 127.0.0.1' }, 'HOST must have no quotes or spaces around it (it is " 127.0.0.1")'],
    [{ DATABASE_URL: "'postgres://u:p@db/x'" }, 'DATABASE_URL must have no quotes or spaces around it'],
    [{ PORT: '3001', METRICS_PORT: '3001' }, 'METRICS_PORT must not be the same as PORT'],
    [{ METRICS_PORT: '3000' }, 'METRICS_PORT must not be the same as PORT'],
    [
      { DATABASE_READ_URL: 'postgres://replica/x', DATABASE_URL: './x.db' },
      'DATABASE_READ_URL is for PostgreSQL, and DATABASE_URL names an SQLite file',
    ],
    [{ AWS_ACCESS_KEY_ID: 'x' }, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together'],
    [{ PUBLIC_URL: 'https://api.example/x?y=1' }, 'PUBLIC_URL must have no query and no fragment'],
    [
      { SECRETS_KEY: 'short', WEBHOOK_ALLOWED_HOSTS: 'http://x' },
      'SECRETS_KEY must have at least 32 characters\nWEBHOOK_ALLOWED_HOSTS must be hosts such as hooks.internal or 10.0.0.5:8080, joined by commas (it is "http://x")',
    ],
  ])('is refused with what it has to be: %j', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message)
  })

  it('is refused without showing a password', () => {
    expect(() => readConfig({ DATABASE_URL: '"postgres://u:secret@db/x"' })).not.toThrow('secret')
  })

  it('is not one of another program, nor one beside the real one', () => {
    const others = {
      HOSTNAME: 'x',
      PORTS: '1',
      PATH: '/bin',
      npm_config_log_level: 'x',
      LANG: 'C',
      HOMEBREW_CACHE: '/x',
    }
    expect(readConfig({ ...others, CORS_ORIGIN: 'x', CORS_ORIGINS: '*' }).CORS_ORIGINS).toEqual(['*'])
  })
})
