/**
 * The same content in tables as a good developer would design them by hand: `node bench/sql-newsroom.js <Dateline's database> <own>`.
 * Plain tables, an index for each filter, and FTS5 for search.
 */
import Database from 'better-sqlite3'

const [datelines = '', own = ''] = process.argv.slice(2)
const source = new Database(datelines, { readonly: true })
const db = new Database(own)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = OFF')
db.exec(`
  create table articles (id integer primary key, uuid text unique, slug text unique, headline text, kicker text,
    standfirst text, summary text, city text, country text, body text, section text, language text, published_at text,
    updated_at text, rest text);
  create index articles_published on articles (published_at, uuid);
  create table authors (id text primary key, slug text unique, name text, rest text);
  create table tags (id text primary key, slug text unique, name text);
  create table sections (id text primary key, slug text unique, name text, path text);
  create table sources (id text primary key, slug text unique, name text, kind text, description text, url text);
  create table article_authors (author text, published_at text, article integer, position integer,
    primary key (author, published_at, article)) without rowid;
  create table article_tags (tag text, published_at text, article integer, position integer,
    primary key (tag, published_at, article)) without rowid;
  create table article_sections (section text, published_at text, article integer,
    primary key (section, published_at, article)) without rowid;
  create index authors_of on article_authors (article);
  create index tags_of on article_tags (article);
  create table citations (article integer, position integer, id text, relation text, quote text, source text,
    primary key (article, position)) without rowid;
  create virtual table words using fts5(headline, summary, body);
`)
const insert = (/** @type {string} */ table, /** @type {number} */ count) =>
  db.prepare(`insert or ignore into ${table} values (${Array(count).fill('?').join(', ')})`)
const [articles, authors, tags, sections, sources] = [
  insert('articles', 15),
  insert('authors', 4),
  insert('tags', 3),
  insert('sections', 4),
  insert('sources', 6),
]
const [ofAuthor, ofTag, ofSection, citations] = [
  insert('article_authors', 4),
  insert('article_tags', 4),
  insert('article_sections', 3),
  insert('citations', 6),
]
const words = db.prepare('insert into words (rowid, headline, summary, body) values (?, ?, ?, ?)')
const above = source.prepare("select ref from edition_refs where article = ? and kind = 'section'").pluck()

db.transaction(() => {
  let number = 0
  for (const { document } of source.prepare('select document from editions order by published_at, article').iterate()) {
    number += 1
    const article = JSON.parse(document)
    const { id, slug, headline, kicker, standfirst, summary, dateline, body, section, language } = article
    const { publishedAt, updatedAt, breadcrumbs, relatedLinks, corrections, seo, rights, wordCount } = article
    const rest = JSON.stringify({ breadcrumbs, relatedLinks, corrections, seo, rights, wordCount })
    const text = JSON.stringify(body)
    const place = [dateline?.city, dateline?.country]
    articles.run(
      number,
      id,
      slug,
      headline,
      kicker,
      standfirst,
      summary,
      ...place,
      text,
      section?.id,
      language,
      publishedAt,
      updatedAt,
      rest,
    )
    if (section) sections.run(section.id, section.slug, section.name, section.path)
    for (const ref of above.all(id)) ofSection.run(ref, publishedAt, number)
    for (const [position, { id: author, slug: name, name: shown, ...more }] of article.authors.entries()) {
      authors.run(author, name, shown, JSON.stringify(more))
      ofAuthor.run(author, publishedAt, number, position)
    }
    for (const [position, tag] of article.tags.entries()) {
      tags.run(tag.id, tag.slug, tag.name)
      ofTag.run(tag.id, publishedAt, number, position)
    }
    for (const { id: citation, position, relation, quote, source: cited } of article.citations) {
      sources.run(cited.id, cited.slug, cited.name, cited.kind, cited.description, cited.url)
      citations.run(number, position, citation, relation, quote, cited.id)
    }
    words.run(
      number,
      headline,
      summary,
      body.map((/** @type {{ text?: string }} */ block) => block.text ?? '').join('\n'),
    )
  }
  for (const { id, slug, name, path } of source.prepare('select id, slug, name, path from sections').iterate())
    sections.run(id, slug, name, path)
})()
db.exec('analyze')
db.close()
