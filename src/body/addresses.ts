/** Addresses in bodies. */
import { WebUrl } from '../lib/schemas.ts'
import { UNPRINTABLE } from './limits.ts'

const isWebUrl = (url: string): boolean => WebUrl.safeParse(url).success

/** An absolute web address; one without a protocol is taken as https, a relative one is resolved. Null if there is none. */
export function webAddress(url: string, base: string | undefined): string | null {
  const trimmed = url.trim()
  if (trimmed === '') return null
  if (/^https?:\/\//i.test(trimmed)) {
    const written = trimmed.replace(/^[a-z]+:/i, (protocol) => protocol.toLowerCase()).replace(/\s/g, '%20')
    return isWebUrl(written) ? written : null
  }
  const absolute = URL.parse(trimmed, base ?? (trimmed.startsWith('//') ? 'https://localhost' : undefined))?.href
  return absolute !== undefined && isWebUrl(absolute) ? absolute : null
}

/** The target of a link: resolved if there is a base, else as it stands. Control characters are removed. */
export function linkTarget(href: string, base: string | undefined): string {
  const clean = href.trim().replaceAll(UNPRINTABLE, '').replace(/\s/g, '%20')
  const isRelative = !clean.startsWith('#') && clean !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(clean)
  return isRelative && base !== undefined ? (URL.parse(clean, base)?.href ?? clean) : clean
}

/** The web address that a text consists of, or null. */
export function soleAddress(text: string): string | null {
  const trimmed = text.trim()
  return /^https?:\/\/\S+$/i.test(trimmed) ? webAddress(trimmed, undefined) : null
}

const SAFE = /^(?:https?|mailto|tel):/i

/**
 * The protocol of a URL if links must not have it, such as `javascript:`; null for http, https, mailto, tel and relative
 * URLs. Control characters and spaces are ignored, as in browsers.
 */
export function forbiddenProtocol(url: string): string | null {
  if (SAFE.test(url)) return null
  const bare = url.replace(/[\p{Cc}\p{Cf}\p{Z}]/gu, '')
  const [start = ''] = bare.split(/[/?#\\]/, 1)
  const colon = start.indexOf(':')
  return colon < 0 ? null : `${start.slice(0, colon).toLowerCase()}:`
}

/** Longest address of a link of an image, in characters. */
const MAX_LINK = 2048

/** Whether an image may lead to an address: it is relative, or has a protocol that links may have. */
export const isLinkTarget = (url: string): boolean =>
  url !== '' && url.length <= MAX_LINK && !/[\s\p{Cc}]/u.test(url) && forbiddenProtocol(url) === null
