import { hash } from 'node:crypto'

/** The first 132 bits of the SHA-256 of a text, in base64url: 22 characters. */
export const digest = (text: string | Buffer): string => hash('sha256', text, 'base64url').slice(0, 22)

/**
 * The strong validator (RFC 9110, section 8.8.3) of a reply with one resource: the version of the resource, which is all
 * that `If-Match` compares, and the digest of the text.
 */
export const etagOf = (version: number, text: string | Buffer): string => `"${version}-${digest(text)}"`
