/**
 * A web address as a URI (RFC 3986): what browsers take and URIs do not have, such as `|` and a bare `%`, is
 * percent-encoded. Throws for what is no absolute address.
 */
export function uriOf(address: string): string {
  const { protocol, host, pathname, search, hash } = new URL(address)
  const authority = host.startsWith('[') ? host : encoded(host)
  const query = search && `?${encoded(search.slice(1))}`
  const fragment = hash && `#${encoded(hash.slice(1))}`
  return `${protocol}//${authority}${encoded(pathname)}${query}${fragment}`
}

/** All but what stands for itself in a part of a URI, and what is encoded already. */
const FOREIGN = /%(?![\da-f]{2})|[^\w.~!$&'()*+,;=:@/?%-]/gi
const encoded = (part: string): string => part.replace(FOREIGN, encodeURIComponent)
