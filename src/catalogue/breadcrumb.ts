import * as z from 'zod'

/** A breadcrumb: one level of the path from the front page to a page. */
export const Breadcrumb = z
  .object({
    name: z.string().meta({ description: 'The name of the step.', examples: ['World News'] }),
    path: z.string().meta({ description: 'Its path on the site.', examples: ['/world-news'] }),
  })
  .meta({ id: 'Breadcrumb', description: 'A step on the way from the front page.' })
export type Breadcrumb = z.infer<typeof Breadcrumb>
