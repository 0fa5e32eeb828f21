/** An absolute target of a request: scheme and authority, before the path (RFC 9112, section 3.2.2). */
const ORIGIN = /^https?:\/\/[^/?#]+(?=[/?]|$)/i

/**
 * The path and query of a request's target. Every server has to accept the absolute form, which clients of proxies send;
 * its authority does not matter here, as `Host` does not. `*` is the whole server: only `OPTIONS` has something to say about
 * that, and the path given for it is that of nothing.
 */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target
  if (target === '*') return '/*'
  const rest = target.replace(ORIGIN, '')
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest
}
