/**
 * The attributes of an article that decide whether a grant covers it and which feeds include it. `sections` include those
 * above them. A member that is absent is not known; `usage` is null for an article without terms of use.
 */
export interface AccessAttributes {
  sections?: string[]
  tags?: string[]
  authors?: string[]
  sources?: string[]
  language?: string
  usage?: string | null
}
