import { hash } from 'node:crypto'

/** What tells one text from another: 132 bits of its SHA-256, in base64url. */
export const digest = (text: string | Buffer): string => hash('sha256', text, 'base64url').slice(0, 22)

/**
 * The strong validator (RFC 9110, section 8.8.3) of a reply that shows one resource: the resource's version, which is
 * all that `If-Match` compares, and the digest of the text.
 */
export const etagOf = (version: number, text: string | Buffer): string => `"${version}-${digest(text)}"`
