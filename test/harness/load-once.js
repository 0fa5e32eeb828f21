/**
 * Transforms a module into one that exports the same from an instance that each process loads once, outside of Jest. Jest
 * would load it, and all that it imports, anew for each test file.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { engineOf } from './build.js'

/** The name of the global that loads a module by its path. */
export const loader = Symbol.for('dateline.load')

export const load = (path) => import(pathToFileURL(path).href)

const src = fileURLToPath(new URL('../../src/', import.meta.url))

/** What is loaded for a module: of the service what was built for the engine. */
const loadedFor = (path, config) =>
  path.startsWith(src)
    ? join(process.env.TEST_BUILD, engineOf(config), path.slice(src.length).replace(/\.ts$/, '.js'))
    : path

async function codeFor(path, config) {
  const loaded = loadedFor(path, config)
  const names = Object.keys(await load(loaded))
  return [
    `const loaded = await globalThis[Symbol.for('${loader.description}')](${JSON.stringify(loaded)})`,
    ...names.map((name, index) => `const e${index} = loaded.${name}\nexport { e${index} as ${name} }`),
  ].join('\n')
}

export default {
  processAsync: async (_source, path, { config }) => ({ code: await codeFor(path, config) }),
  getCacheKeyAsync: async (_source, path, { config }) =>
    createHash('sha256')
      .update(await codeFor(path, config))
      .digest('hex'),
}
