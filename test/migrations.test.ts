import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dialect } from '../src/storage/columns.ts'
import * as schema from '../src/storage/schema.ts'

const folder = new URL(`../migrations/${dialect}/meta/`, import.meta.url)
const { generateDrizzleJson, generateMigration, generateSQLiteDrizzleJson, generateSQLiteMigration } = createRequire(
  import.meta.url,
)('drizzle-kit/api') as typeof import('drizzle-kit/api')

it('are as the schema is', async () => {
  const last =
    readdirSync(folder)
      .filter((name) => name.endsWith('_snapshot.json'))
      .toSorted()
      .at(-1) ?? ''
  const before = JSON.parse(readFileSync(new URL(last, folder), 'utf8'))
  const statements =
    dialect === 'sqlite'
      ? await generateSQLiteMigration(before, await generateSQLiteDrizzleJson(schema, before.id))
      : await generateMigration(before, generateDrizzleJson(schema, before.id))
  if (statements.length > 0)
    throw new Error(`migrations/${dialect} is behind the schema: run \`npm run migrations\`\n${statements.join('\n')}`)
})
