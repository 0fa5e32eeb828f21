/** What the OpenAPI document says of the service as a whole. */
export const ABOUT = {
  description:
    'The API of a newsroom: articles, authors, sources, sections, tags and related links. Whatever is live can be read without a key; editors write with one. Errors are problem documents (RFC 9457), lists are paged by cursors, and every reply has an ETag.',
  tags: [
    { name: 'Articles', description: 'Working copies and live editions.' },
    { name: 'Citations', description: "An article's ties to its sources." },
    { name: 'Related links', description: 'Links beside an article: to other articles and to pages elsewhere.' },
    { name: 'Revisions', description: 'Every save of an article.' },
    { name: 'Previews', description: 'Links that show one draft to someone without a key.' },
    { name: 'Corrections', description: 'What was put right, in public.' },
    { name: 'Authors', description: 'Who writes.' },
    { name: 'Sources', description: 'Where facts and copy come from.' },
    { name: 'Sections', description: 'The tree of the site.' },
    { name: 'Tags', description: 'What articles are about.' },
    { name: 'Feeds', description: 'What is live, for feed readers.' },
    { name: 'Sitemaps', description: 'What is live, for search engines.' },
    { name: 'Changes', description: 'For partners: what altered what the world reads.' },
    { name: 'Webhooks', description: 'Being told of the changes over HTTP.' },
    { name: 'Bulk', description: 'Many operations in one request.' },
    { name: 'Trash', description: 'What was deleted and can be brought back.' },
    { name: 'Audit', description: 'Who did what.' },
    { name: 'Keys', description: 'Who may call, and as what.' },
    { name: 'Operations', description: 'Is the service up?' },
  ],
}
