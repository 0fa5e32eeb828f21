/** What Dateline and its rivals have in common. */

/** As Dateline's, in milliseconds: Node names it in a header of each reply. */
export const keepAliveTimeout = 72_000

/** The secret of the key that writes. */
export const ADMIN_KEY = 'bench-0123456789-0123456789-0123456789-x'

/**
 * The key of a constant reply.
 * @param {string} path
 * @param {Record<string, string | string[] | undefined>} [headers] of the request
 */
export const replyKey = (path, { 'if-none-match': etag = '', 'accept-encoding': coding = '' } = {}) =>
  `${path} ${etag} ${coding}`
