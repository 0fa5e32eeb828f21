import { sampleSources } from './sources.ts'
import { businessStories } from './stories-business.ts'
import { cultureStories } from './stories-culture.ts'
import { harbourStories } from './stories-harbour.ts'
import { nationStories } from './stories-nation.ts'
import { scienceStories } from './stories-science.ts'
import { sportStories } from './stories-sport.ts'
import { worldStories } from './stories-world.ts'
import { sampleAuthors, sampleSections, sampleTags } from './taxonomy.ts'
import type { SampleNewsroom } from './types.ts'

/** The Port Ellery Courier, an invented daily paper. Items refer only to earlier items, so they are created in this order. */
export const sampleNewsroom: SampleNewsroom = {
  sections: sampleSections,
  tags: sampleTags,
  authors: sampleAuthors,
  sources: sampleSources,
  articles: [
    ...harbourStories,
    ...scienceStories,
    ...nationStories,
    ...businessStories,
    ...worldStories,
    ...cultureStories,
    ...sportStories,
  ],
}
