/** Schemas of lists. */
import * as z from 'zod'
import { InlineText, typed } from './block-members.ts'
import { MAX_ITEMS, MAX_LIST_DEPTH } from './limits.ts'

/** What a list and a list inside of it have in common. */
const numbering = {
  ordered: z.boolean().meta({ description: 'Whether the items are numbered.' }),
  start: z
    .int()
    .min(-1_000_000)
    .max(1_000_000)
    .optional()
    .meta({
      description: 'The number of the first item; 1 if left out.',
      examples: [3],
    }),
  reversed: z.boolean().optional().meta({ description: 'Whether the numbers go down.' }),
}

/** An item of a list: a text, or a text with a list below it. */
export type ListItem = string | { text: string; list: NestedList }
export interface NestedList {
  ordered: boolean
  start?: number | undefined
  reversed?: boolean | undefined
  items: ListItem[]
}

const ListItem: z.ZodType<ListItem> = z
  .union([
    InlineText,
    z.strictObject({
      text: InlineText.meta({ description: 'The text of the item, as inline Markdown.', examples: ['Trams'] }),
      list: z.lazy(() => NestedList).meta({ description: 'The list below the item.' }),
    }),
  ])
  .meta({ id: 'ListItem', description: 'An item of a list: inline Markdown, alone or with a list below it.' })

const items = z
  .array(ListItem)
  .min(1)
  .max(MAX_ITEMS)
  .meta({ description: 'The items; one that has a list below it is an object.', examples: [['Cars', 'Trams']] })

export const NestedList: z.ZodType<NestedList> = z
  .strictObject({ ...numbering, items })
  .meta({ id: 'NestedList', description: 'A list inside an item of a list.' })

export const ListBlock = z
  .strictObject({ ...typed('list'), ...numbering, items })
  .check(shallowLists)
  .meta({ id: 'ListBlock', description: `A list; lists inside of it are at most ${MAX_LIST_DEPTH} deep.` })

export const DefinitionListBlock = z
  .strictObject({
    ...typed('definition-list'),
    items: z
      .array(
        z.strictObject({
          terms: z
            .array(InlineText)
            .max(MAX_ITEMS)
            .meta({ description: 'The terms.', examples: [['Neap tide']] }),
          descriptions: z
            .array(InlineText)
            .max(MAX_ITEMS)
            .meta({ description: 'What they mean.', examples: [['The lowest of the high tides.']] }),
        }),
      )
      .min(1)
      .max(MAX_ITEMS)
      .meta({ description: 'Terms with their descriptions, as inline Markdown.' }),
  })
  .meta({ id: 'DefinitionListBlock', description: 'Terms and what they mean; a glossary, or questions and answers.' })

function shallowLists(ctx: z.core.ParsePayload<NestedList>): void {
  const depth = (list: NestedList): number =>
    1 + Math.max(0, ...list.items.map((item) => (typeof item === 'string' ? 0 : depth(item.list))))
  if (depth(ctx.value) > MAX_LIST_DEPTH)
    ctx.issues.push({
      code: 'custom',
      message: `must not have lists more than ${MAX_LIST_DEPTH} deep`,
      path: ['items'],
      input: ctx.value,
    })
}
