/** Replies of Dateline, noted so that its rivals can send the same bytes. */
import { createWriteStream, writeFileSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { expect } from './ask.js'
import { replyKey } from './rivals.js'

/** How many articles of each kind the rival copies the rows of. */
const MODELS = 50

/**
 * Writes Dateline's reply to every request of the cases to a file, a line each.
 * @param {string} base
 * @param {import('./contest.js').Prepared[]} prepared
 * @param {string} file
 */
export async function writeConstants(base, prepared, file) {
  const stream = createWriteStream(file)
  const known = new Set()
  for (const { of, requests } of prepared)
    for (const request of requests) {
      const key = replyKey(request.path, request.headers)
      if (known.has(key)) continue
      known.add(key)
      const { bytes, ...reply } = await settled(base, request, of)
      const line = `${JSON.stringify({ key, ...reply, body: bytes.toString('base64') })}\n`
      if (!stream.write(line)) await new Promise((resolve) => stream.once('drain', resolve))
    }
  stream.end()
  await finished(stream)
}

/** The reply as it is from its second request on: compressed, if the request takes that. */
async function settled(base, request, { status = 200 }) {
  for (;;) {
    const reply = await expect(base, request, status)
    if (request.headers?.['accept-encoding'] === undefined || reply.headers['content-encoding']) return reply
  }
}

/**
 * Posts articles to Dateline, and writes down which they are and what was replied.
 * @param {string} base
 * @param {{ drafts: import('./load.js').LoadRequest[], published: import('./load.js').LoadRequest[] }} posts
 * @param {string} file
 */
export async function writeModels(base, { drafts, published }, file) {
  const model = async (request) => {
    const reply = await expect(base, request, 201)
    return { id: JSON.parse(reply.body).id, reply }
  }
  const models = { drafts: [], published: [] }
  for (const request of drafts.slice(0, MODELS)) models.drafts.push(await model(request))
  for (const request of published.slice(0, MODELS)) models.published.push(await model(request))
  writeFileSync(file, JSON.stringify(models))
}
