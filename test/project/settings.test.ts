import { readFileSync } from 'node:fs'
import { readConfig, settingNames } from '../../src/config.ts'

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
    const told = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, /^`(.*)`$/.exec(value)?.[1]]))
    // Where it is left out, another setting counts.
    expect(told).toEqual({ ...defaults, SITE_URL: 'PUBLIC_URL' })
  })
})
