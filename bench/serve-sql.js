/**
 * Fastify with hand-written SQL, as a good developer would write it: `node bench/serve-sql.js <database>`. Statements are
 * prepared, JSON is built in SQLite, pages go on by keyset. It checks no parameter, and has no ETag, no cache, no hook.
 */
import Database from 'better-sqlite3'
import fastify from 'fastify'
import { keepAliveTimeout } from './rivals.js'

const db = new Database(String(process.argv[2]), { readonly: true })
db.pragma('cache_size = -32000')

const AUTHORS = (
  /** @type {string} */ more,
) => `(select json_group_array(json_object('id', x.id, 'slug', x.slug, 'name', x.name${more}))
  from article_authors o join authors x on x.id = o.author where o.article = a.id)`
const TAGS = `(select json_group_array(json_object('id', x.id, 'slug', x.slug, 'name', x.name))
  from article_tags o join tags x on x.id = o.tag where o.article = a.id)`
const SECTION = `(select json_object('id', s.id, 'slug', s.slug, 'name', s.name, 'path', s.path) from sections s where s.id = a.section)`
const FACTS = `'id', a.uuid, 'slug', a.slug, 'status', 'published', 'headline', a.headline, 'kicker', a.kicker,
  'standfirst', a.standfirst, 'summary', a.summary, 'dateline', json_object('city', a.city, 'country', a.country),
  'section', json(${SECTION}), 'tags', json(${TAGS}), 'language', a.language, 'publishedAt', a.published_at,
  'updatedAt', a.updated_at`
const CARD = `json_object(${FACTS}, 'authors', json(${AUTHORS('')}))`

const detail = db
  .prepare(`select json_object(${FACTS}, 'authors', json(${AUTHORS(", 'more', json(x.rest)")}), 'body', json(a.body),
    'more', json(a.rest), 'citations', (select json_group_array(json_object('id', c.id, 'relation', c.relation,
      'quote', c.quote, 'position', c.position, 'source', json_object('id', s.id, 'slug', s.slug, 'name', s.name,
      'kind', s.kind, 'description', s.description, 'url', s.url))) from citations c join sources s on s.id = c.source
      where c.article = a.id)) from articles a where a.slug = ?`)
  .pluck()

/** @type {Map<string, import('better-sqlite3').Statement>} */
const lists = new Map()

/** @param {Record<string, string>} query */
function list(query) {
  const { section, author, tag } = query
  const [leader] = [author && 'author', tag && 'tag', section && 'section'].filter(Boolean)
  const from = leader ? `article_${leader}s r cross join articles a on a.id = r.article` : 'articles a'
  const at = leader ? 'r.published_at' : 'a.published_at'
  const tables = { author: 'authors', tag: 'tags', section: 'sections' }
  const values = []
  const where = ['1']
  for (const [noun, value] of Object.entries({ author, tag, section })) {
    if (!value) continue
    const id = `(select id from ${tables[noun]} where slug = ?)`
    where.push(
      noun === leader
        ? `r.${noun} = ${id}`
        : `exists (select 1 from article_${noun}s o where o.${noun} = ${id} and o.published_at = a.published_at and o.article = a.id)`,
    )
    values.push(value)
  }
  for (const [name, sign] of [
    ['publishedAt[gte]', '>='],
    ['publishedAt[lt]', '<'],
  ])
    if (query[name]) {
      where.push(`${at} ${sign} ?`)
      values.push(query[name])
    }
  if (query.cursor) {
    const [time, id] = JSON.parse(Buffer.from(query.cursor, 'base64url').toString().slice(8))
    where.push(`(${at}, a.uuid) < (?, ?)`)
    values.push(time, id)
  }
  const order = leader ? `${at} desc` : `${at} desc, a.uuid desc`
  const text = `select ${CARD} card, ${at} at, a.uuid id from ${from} where ${where.join(' and ')} order by ${order} limit 21`
  const statement = lists.get(text) ?? db.prepare(text).raw()
  lists.set(text, statement)
  const rows = statement.all(values)
  const last = rows.length > 20 ? rows[19].slice(1) : null
  const cards = rows.slice(0, 20).map(([card]) => card)
  return `{"data":[${cards.join(',')}],"page":{"limit":20,"next":${JSON.stringify(last && Buffer.from(JSON.stringify(last)).toString('base64url'))}}}`
}

const search = db
  .prepare(`select ${CARD} card, highlight(words, 0, '<mark>', '</mark>') headline,
    snippet(words, 2, '<mark>', '</mark>', '…', 32) body, bm25(words, 10, 4, 1) score
    from words join articles a on a.id = words.rowid where words match ? order by score limit 20`)
  .raw()
const best = 'select rowid from words where words match ? order by bm25(words, 10, 4, 1) limit 1000'
const facetStatements = Object.entries({ author: 'authors', tag: 'tags', section: 'sections' }).map(
  ([noun, table]) => ({
    noun,
    statement:
      db.prepare(`select x.slug, x.name, count(*) count from (${best}) b join article_${noun}s o on o.article = b.rowid
    join ${table} x on x.id = o.${noun} group by x.id order by count desc limit 10`),
  }),
)
const years =
  db.prepare(`select substr(a.published_at, 1, 4) year, count(*) count from (${best}) b join articles a on a.id = b.rowid
  group by 1 order by 2 desc limit 10`)

/** @param {Record<string, string>} query */
function found({ q, facets }) {
  const terms = q.startsWith('"')
    ? q
    : q
        .split(' ')
        .map((word) => `"${word}"`)
        .join(' ')
  const data = search
    .all(terms)
    .map(
      ([card, headline, body, score]) =>
        `${card.slice(0, -1)},"highlights":${JSON.stringify({ headline, body })},"score":${score}}`,
    )
  const counted =
    facets === 'none'
      ? {}
      : {
          ...Object.fromEntries(facetStatements.map(({ noun, statement }) => [noun, statement.all(terms)])),
          year: years.all(terms),
        }
  return `{"data":[${data.join(',')}],"facets":${JSON.stringify(counted)}}`
}

const app = fastify({ keepAliveTimeout })
const json = (reply, text) => reply.header('content-type', 'application/json; charset=utf-8').send(text)
app.get('/v1/articles', (request, reply) => json(reply, list(request.query)))
app.get('/v1/articles/:slug', (request, reply) => json(reply, detail.get(request.params.slug)))
app.get('/v1/search', (request, reply) => json(reply, found(request.query)))
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
