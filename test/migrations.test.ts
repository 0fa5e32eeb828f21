import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dialect } from '../src/storage/columns.ts'
import * as schema from '../src/storage/schema.ts'

const folder = new URL(`../migrations/${dialect}/meta/`, import.meta.url)
const { generateDrizzleJson, generateSQLiteDrizzleJson } = createRequire(import.meta.url)(
  'drizzle-kit/api',
) as typeof import('drizzle-kit/api')

it('are as the schema is; if not: npm run migrations', async () => {
  const last = readdirSync(folder)
    .filter((name) => name.endsWith('_snapshot.json'))
    .toSorted()
    .at(-1)
  const written = JSON.parse(readFileSync(new URL(last ?? '', folder), 'utf8'))
  const { tables } = dialect === 'sqlite' ? await generateSQLiteDrizzleJson(schema) : generateDrizzleJson(schema)
  expect(JSON.parse(JSON.stringify(tables))).toEqual(written.tables)
})
