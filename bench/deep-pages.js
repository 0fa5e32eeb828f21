import { expect } from './ask.js'

/** How many pages are followed, at most. */
const PAGES = 1_000
const LARGEST_PAGE = 100
const PAGE = 20

/**
 * Cursors of pages deep in the list, found as a client finds them: by following `page.next`. Taken from the latter half
 * of the way.
 * @param {import('./cases.js').World} world
 */
export async function deepCursors({ base, articles, urls }) {
  const limit = Math.min(LARGEST_PAGE, Math.max(1, Math.floor(articles / PAGES)))
  const pages = Math.min(PAGES, Math.floor((articles - PAGE) / limit))
  const cursors = []
  let cursor = ''
  for (let page = 0; page < pages; page++) {
    const path = `/v1/articles?limit=${limit}${cursor && `&cursor=${cursor}`}`
    const { next } = JSON.parse((await expect(base, { path }, 200)).body).page
    if (next === null) break
    cursor = next
    cursors.push(cursor)
  }
  return cursors.slice(Math.floor(cursors.length / 2)).slice(-urls)
}
