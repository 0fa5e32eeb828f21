/**
 * What decides whether a partner may have an article, and in which feeds it stands: the sections it is in, those above
 * them among them, its tags, authors and sources, its language, and the terms of its use. What is left out is not known.
 */
export interface AccessAttributes {
  sections?: string[]
  tags?: string[]
  authors?: string[]
  sources?: string[]
  language?: string
  usage?: string | null
}
