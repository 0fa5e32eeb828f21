/** Generates a client by one tool: `node generate.js <tool> <document> <folder>`. */
import { writeFile } from 'node:fs/promises'
import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

register('./typescript-5.js', import.meta.url)

const tools = {
  async 'openapi-typescript'(document, folder) {
    const { default: generate, astToString } = await import('openapi-typescript')
    await writeFile(join(folder, 'dateline.ts'), astToString(await generate(pathToFileURL(document))))
  },
  async 'hey-api'(document, folder) {
    const { createClient } = await import('@hey-api/openapi-ts')
    const plugins = ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch', 'zod']
    await createClient({ input: document, output: join(folder, 'hey-api'), plugins, logs: { level: 'silent' } })
  },
  async orval(document, folder) {
    const { generate } = await import('orval')
    // Without it each operation repeats the schemas that it uses, and the compiler takes twenty times as long.
    const override = { zod: { generateReusableSchemas: true } }
    const output = { client: 'zod', mode: 'single', target: join(folder, 'orval.ts'), override }
    await generate({ input: document, output })
  },
}

const [, , tool, document, folder] = process.argv
await tools[tool](document, folder)
