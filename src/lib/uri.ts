/**
 * Converts a URL to a URI (RFC 3986): characters that browsers accept and URIs do not allow, such as `|` and a bare `%`, are
 * percent-encoded. Throws a `TypeError` for text that is not an absolute URL.
 */
export function uriOf(url: string): string {
  const { protocol, host, pathname, search, hash } = new URL(url)
  const authority = host.startsWith('[') ? host : encoded(host)
  const query = search && `?${encoded(search.slice(1))}`
  const fragment = hash && `#${encoded(hash.slice(1))}`
  return `${protocol}//${authority}${encoded(pathname)}${query}${fragment}`
}

/** Every character that a part of a URI does not allow, and a `%` that begins no encoded byte. */
const NOT_ALLOWED = /%(?![\da-f]{2})|[^\w.~!$&'()*+,;=:@/?%-]/gi
const encoded = (part: string): string => part.replace(NOT_ALLOWED, encodeURIComponent)
