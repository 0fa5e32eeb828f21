// Maintains a copy of all live articles in one file: `node docs/follower.js <address> <key> <file>`.
// It may be killed at any moment: the copy and its cursor are saved together, or not at all.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export async function follow({ address, key, file, wait = 30, fetch = globalThis.fetch, isDone = () => false }) {
  const get = async (path) => {
    const response = await fetch(address + path, { headers: { authorization: `Bearer ${key}` } })
    if (response.status === 410) return undefined
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }

  // Starts over: every live article, and the cursor from which to follow the changes.
  const snapshot = async () => {
    const articles = {}
    for (let cursor = ''; ; ) {
      const { data, page } = await get(`/v1/changes/snapshot?limit=500${cursor}`)
      for (const article of data) articles[article.id] = article
      if (page.next === null) return { since: page.since, articles }
      cursor = `&cursor=${page.next}`
    }
  }

  // Renaming a file is atomic.
  const save = (copy) => {
    writeFileSync(`${file}.new`, JSON.stringify(copy))
    renameSync(`${file}.new`, file)
    return copy
  }

  let copy = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : save(await snapshot())
  for (;;) {
    const changes = await get(`/v1/changes?include=edition&limit=1000&wait=${wait}&since=${copy.since}`)
    // 410: the cursor is too old, or the grant of the key has changed.
    if (changes === undefined) copy = save(await snapshot())
    else save(apply(copy, changes))
    if (isDone(copy, changes)) return copy
  }
}

function apply(copy, changes) {
  for (const { article, gone, edition } of changes.data)
    if (article && gone) delete copy.articles[article.id]
    else if (article) copy.articles[article.id] = edition
  copy.since = changes.page.next
  return copy
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [address, key, file] = process.argv.slice(2)
  const pause = () => new Promise((resolve) => setTimeout(resolve, 5_000))
  for (;;) await follow({ address, key, file }).catch((error) => process.stderr.write(`${error.message}\n`) && pause())
}
