/** What Dateline and its rivals have in common. */

/** As Dateline's, in milliseconds: Node names it in a header of each reply. */
export const keepAliveTimeout = 72_000

/** The secret of the key that writes. */
export const ADMIN_KEY = 'bench-0123456789-0123456789-0123456789-x'

/**
 * The key of a constant reply.
 * @param {string} path
 * @param {string | undefined} etag what `If-None-Match` names
 */
export const replyKey = (path, etag) => (etag === undefined ? path : `${path} ${etag}`)
