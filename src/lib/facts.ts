/**
 * What decides whether a partner may have an article: the sections it stands in, those above them among them, its tags,
 * its language, and the terms of its use. What is left out is not known.
 */
export interface Facts {
  sections?: string[]
  tags?: string[]
  language?: string
  usage?: string | null
}
