import { constantFile } from './constant-file.ts'

/** The Content-Security-Policy of a page: everything from this service alone; styles also inline, for Swagger UI. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Options of a route that is not an operation of the API: open to everyone, and not in the OpenAPI document. */
export const undocumentedRoute = () => ({ config: { access: 'open' as const }, schema: { hide: true } })

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

/** Headers of a page: what it may load; no referrer for other sites. */
const PAGE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}

/** Gives the handler of a page that stays the same while the process runs. */
export const constantPage = (page: () => string) =>
  constantFile('text/html; charset=utf-8', async () => page(), PAGE_HEADERS)
