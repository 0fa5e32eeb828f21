import { articles, authors, media, sections, sources, tags } from './schema.ts'

/** The tables of what others refer to and what can be in the trash, by the names of their kinds. */
export const tablesByKind = { article: articles, author: authors, source: sources, section: sections, tag: tags, media }
