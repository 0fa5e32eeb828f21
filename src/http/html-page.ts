import type { FastifyReply } from 'fastify'

/** What a page may load: scripts, styles and data from this service alone; styles also inline, as Swagger UI sets them. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The options of a route that is no operation of the API: anyone may ask for it, and it is not in the document. */
export const unlisted = () => ({ config: { access: 'open' as const }, schema: { hide: true } })

/** An HTML page with the service's style. `head` and `content` are HTML, the title is text without `<` and `&`. */
export const htmlPage = ({ title, head = '', content }: { title: string; head?: string; content: string }): string =>
  `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${head}<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
${content}
</body>
</html>
`

/** Sends a page, with a policy that lets it load nothing from elsewhere. */
export const sendPage = (reply: FastifyReply, page: string) =>
  reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(page)
