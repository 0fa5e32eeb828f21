/** The description and the tags of the OpenAPI document. */
export const ABOUT = {
  description:
    'The API of a newsroom: articles, authors, sources, sections, tags, media and related links. Live articles can be read without a key; writing needs one. Errors are problem documents (RFC 9457), lists are paged by cursors, and replies to reads have an ETag. A path that does not take a method answers 405, and `Allow` lists those it takes.',
  tags: [
    { name: 'Articles', description: 'Working copies and live editions.' },
    { name: 'Citations', description: 'References from an article to its sources.' },
    { name: 'Related links', description: 'Links beside an article: to other articles and to pages elsewhere.' },
    { name: 'Revisions', description: 'Every save of an article.' },
    { name: 'Previews', description: 'Links that show one working copy to a reader without a key.' },
    { name: 'Corrections', description: 'Public notes about errors that were corrected.' },
    { name: 'Authors', description: 'Persons and desks who write.' },
    { name: 'Sources', description: 'Where facts and copy come from.' },
    { name: 'Sections', description: 'The tree of the site.' },
    { name: 'Tags', description: 'Subjects that articles are about.' },
    { name: 'Media', description: 'Images, recordings and documents, and the rights to them.' },
    { name: 'Feeds', description: 'Live articles for feed readers.' },
    { name: 'Sitemaps', description: 'Live articles for search engines.' },
    { name: 'Changes', description: 'For partners: following the changes of what the public reads.' },
    { name: 'Webhooks', description: 'Messages about changes, sent over HTTP.' },
    { name: 'Bulk', description: 'Many operations in one request.' },
    { name: 'Trash', description: 'Deleted items, which can be restored.' },
    { name: 'Audit', description: 'The record of who did what.' },
    { name: 'Keys', description: 'Keys of the API, their roles and grants.' },
    { name: 'Operations', description: 'Health checks, backups, and long work that goes on after the reply.' },
  ],
}
