import fc from 'fast-check'
import type * as z from 'zod'
import type { Block } from '../../src/body/block.ts'
import { BodyInput } from '../../src/body/body-input.ts'
import { convert } from '../../src/body/convert.ts'
import { PortableText, ProseMirrorDocument } from '../../src/body/documents/schemas.ts'
import { UnreadableBody } from '../../src/body/errors.ts'
import { type Mark, type Run, tidyRuns } from '../../src/body/inline.ts'
import type { ListItem } from '../../src/body/list-blocks.ts'
import { mapMedia } from '../../src/body/media-uses.ts'
import { readBody } from '../../src/body/read.ts'
import type { Cell } from '../../src/body/table-grid.ts'
import { toPortableText } from '../../src/body/to-portable-text.ts'
import { toProseMirror } from '../../src/body/to-prosemirror.ts'
import { writeInline } from '../../src/body/write-inline.ts'
import { runs } from '../harness/depth.ts'

type Format = 'prosemirror' | 'portable-text' | 'lexical' | 'editorjs'

/** A document as a request has it: checked by its schema. */
const parsed = (format: Format, value: unknown) => BodyInput.parse({ format, value }) as Parameters<typeof convert>[0]
const read = (format: Format, value: unknown) => convert(parsed(format, value))

const p = (text: string, more: object = {}): Block => ({ type: 'paragraph', text, ...more })
const image = (url: string, more: object = {}): Block => ({
  type: 'image',
  url,
  alt: '',
  caption: null,
  credit: null,
  ...more,
})
const embed = (url: string, more: object = {}): Block => ({ type: 'embed', url, provider: null, ...more })
const list = (ordered: boolean, items: ListItem[], more: object = {}): Block => ({
  type: 'list',
  ordered,
  ...more,
  items,
})
const quote = (text: string, attribution: string | null = null): Block => ({
  type: 'quote',
  text,
  source: null,
  attribution,
})

const t = (text: string, ...marks: (string | object)[]) => ({
  type: 'text',
  text,
  marks: marks.map((mark) => (typeof mark === 'string' ? { type: mark } : mark)),
})
const n = (type: string, content: object[] = [], attrs: object = {}) => ({ type, attrs, content })
const doc = (...content: object[]) => ({ type: 'doc', content })
const span = (text: string, ...marks: string[]) => ({ _type: 'span', text, marks })
const block = (children: object[], more: object = {}) => ({ _type: 'block', style: 'normal', children, ...more })
const lexical = (...children: object[]) => ({ root: { type: 'root', children } })
const editorjs = (...blocks: [string, object][]) => ({ blocks: blocks.map(([type, data]) => ({ type, data })) })

describe('documents of editors become blocks', () => {
  it.each<[string, Format, unknown, Block[]]>([
    [
      'marks of TipTap and ProseMirror',
      'prosemirror',
      doc(
        n('paragraph', [
          t('a', 'bold', 'italic'),
          t('b', 'strong', 'em'),
          n('hardBreak'),
          t('c', { type: 'link', attrs: { href: '/x', target: '_blank' } }),
          t('d', 'strike', 'underline'),
          t('2', 'superscript'),
        ]),
        n('heading', [t('H')], { level: 1 }),
        n('codeBlock', [t('x\n y')], { language: 'js' }),
        n('horizontalRule'),
      ),
      [
        p('***ab***\\\n[c](/x)~~d~~<sup>2</sup>'),
        { type: 'heading', level: 2, text: 'H' },
        { type: 'code', text: 'x\n y', language: 'js' },
        { type: 'divider' },
      ],
    ],
    [
      'lists of TipTap, with tasks and numbers',
      'prosemirror',
      doc(
        n('orderedList', [n('listItem', [n('paragraph', [t('a')]), n('bullet_list', [n('list_item', [t('b')])])])], {
          start: 3,
        }),
        n('taskList', [n('taskItem', [n('paragraph', [t('c')])], { checked: true })]),
      ),
      [list(true, [{ text: 'a', list: { ordered: false, items: ['b'] } }], { start: 3 }), list(false, ['☑ c'])],
    ],
    [
      'a table, images and ids of ProseMirror',
      'prosemirror',
      doc(
        n('table', [
          n('table_row', [n('table_header', [n('paragraph', [t('h')])], { colspan: 2 })]),
          n('table_row', [
            n('table_cell', [n('paragraph', [t('a')])]),
            n('table_cell', [t('b'), n('hard_break'), t('c')]),
          ]),
        ]),
        n('image', [], { src: 'https://i.example/1', alt: 'A', title: 'T', id: 'i1' }),
        n('blockquote', [n('paragraph', [t('— Not who says it')]), n('paragraph', [t('— nor this')])]),
      ),
      [
        { type: 'table', header: [{ text: 'h', colspan: 2 }], rows: [['a', 'b\\\nc']] },
        image('https://i.example/1', { alt: 'A', caption: 'T', id: 'i1' }),
        quote('— Not who says it\n\n— nor this'),
      ],
    ],
    [
      'two lists of notes',
      'prosemirror',
      doc(...['a', 'b'].map((text) => n('footnotes', [n('footnote', [t(text)], { label: '1' })]))),
      [
        { type: 'footnotes', items: [{ label: '1', text: 'a' }] },
        { type: 'footnotes', items: [{ label: '2', text: 'b' }] },
      ],
    ],
    [
      'an address that is no embed',
      'prosemirror',
      doc(n('paragraph', [t('https://v.example/1')])),
      [p('https://v.example/1')],
    ],
    [
      'Portable Text',
      'portable-text',
      [
        block([span('a', 'strong'), span('b', 'l'), span('\n'), span('c', 'strike-through')], {
          _key: 'k1',
          markDefs: [{ _key: 'l', _type: 'link', href: '/x' }],
        }),
        block([span('H')], { style: 'h3' }),
        block([span('q')], { style: 'blockquote' }),
        block([span('1')], { listItem: 'number', level: 1 }),
        block([span('2')], { listItem: 'bullet', level: 2 }),
        block([span('3')], { listItem: 'number', level: 1 }),
        { _type: 'image', asset: { url: 'https://i.example/1' }, alt: 'A', caption: 'C' },
        { _type: 'code', code: 'x', language: 'js' },
        { _type: 'break' },
        { _type: 'table', rows: [{ cells: ['a', 'b'] }, { cells: ['c', 'd'] }] },
      ],
      [
        p('**a**[b](/x)\\\n~~c~~', { id: 'k1' }),
        { type: 'heading', level: 3, text: 'H' },
        quote('q'),
        list(true, [{ text: '1', list: { ordered: false, items: ['2'] } }, '3']),
        image('https://i.example/1', { alt: 'A', caption: 'C' }),
        { type: 'code', text: 'x', language: 'js' },
        { type: 'divider' },
        {
          type: 'table',
          header: [],
          rows: [
            ['a', 'b'],
            ['c', 'd'],
          ],
        },
      ],
    ],
    [
      'Lexical',
      'lexical',
      lexical(
        { type: 'heading', tag: 'h2', children: [{ type: 'text', text: 'H' }] },
        {
          type: 'paragraph',
          children: [
            { type: 'text', text: 'a', format: 3 },
            { type: 'linebreak' },
            { type: 'link', url: '/x', children: [{ type: 'text', text: 'b', format: 64 }] },
          ],
        },
        {
          type: 'list',
          listType: 'number',
          start: 4,
          children: [
            { type: 'listitem', children: [{ type: 'text', text: '1' }] },
            {
              type: 'listitem',
              children: [
                {
                  type: 'list',
                  listType: 'bullet',
                  children: [{ type: 'listitem', children: [{ type: 'text', text: '2' }] }],
                },
              ],
            },
          ],
        },
        { type: 'code', language: 'js', children: [{ type: 'code-highlight', text: 'x' }, { type: 'linebreak' }] },
      ),
      [
        { type: 'heading', level: 2, text: 'H' },
        p('***a***\\\n[<sup>b</sup>](/x)'),
        list(true, [{ text: '1', list: { ordered: false, items: ['2'] } }], { start: 4 }),
        { type: 'code', text: 'x', language: 'js' },
      ],
    ],
    [
      'cards of Ghost',
      'lexical',
      lexical(
        { type: 'image', src: 'https://i.example/1', alt: 'A', caption: '<b>C</b>', href: 'https://a.example' },
        { type: 'gallery', images: [{ src: 'https://i.example/2', alt: '' }], caption: 'G' },
        {
          type: 'bookmark',
          url: 'https://a.example/1',
          metadata: { title: 'T', description: 'D', author: 'A', publisher: 'P' },
        },
        {
          type: 'embed',
          url: 'https://x.example/1',
          html: '<blockquote class="twitter-tweet">Words</blockquote><script>x()</script>',
          metadata: { provider_name: 'X' },
        },
        { type: 'callout', calloutEmoji: '💡', calloutText: '<p>N</p>' },
        { type: 'toggle', heading: 'Q', content: '<p>A</p>' },
        { type: 'html', html: '<p>h</p>' },
        { type: 'markdown', markdown: '- m' },
        { type: 'video', src: 'https://i.example/v.mp4', caption: 'V', thumbnailSrc: 'https://i.example/t' },
        { type: 'audio', src: 'https://i.example/a.mp3', title: 'S' },
        { type: 'file', src: 'https://i.example/f.pdf', fileTitle: 'F', fileCaption: 'f' },
      ),
      [
        image('https://i.example/1', { alt: 'A', caption: '**C**', link: 'https://a.example' }),
        {
          type: 'gallery',
          images: [{ url: 'https://i.example/2', alt: '', caption: null, credit: null }],
          caption: 'G',
        },
        embed('https://a.example/1', { provider: 'P', title: 'T', caption: 'D\\\nA' }),
        embed('https://x.example/1', { provider: 'X', caption: 'Words' }),
        p('💡 N'),
        { type: 'heading', level: 4, text: 'Q' },
        p('A'),
        p('h'),
        list(false, ['m']),
        { type: 'video', url: 'https://i.example/v.mp4', caption: 'V', credit: null, poster: 'https://i.example/t' },
        { type: 'audio', url: 'https://i.example/a.mp3', caption: 'S', credit: null },
        p('[F](https://i.example/f.pdf)\\\nf'),
      ],
    ],
    [
      'Editor.js',
      'editorjs',
      editorjs(
        ['header', { text: 'H', level: 3 }],
        ['paragraph', { text: 'a <b>b</b> <a href="/x">c</a>&nbsp;' }],
        ['list', { style: 'ordered', items: ['1', '2'] }],
        ['list', { style: 'unordered', items: [{ content: '3', meta: {}, items: [{ content: '4', items: [] }] }] }],
        ['checklist', { items: [{ text: '5', checked: false }] }],
        ['quote', { text: 'q', caption: 'Who' }],
        ['table', { withHeadings: true, content: [['a'], ['b<br>c']] }],
        ['image', { file: { url: 'https://i.example/1' }, caption: 'C' }],
        ['embed', { service: 'youtube', source: 'https://v.example/1', width: 16, height: 8, caption: 'E' }],
        ['delimiter', {}],
        ['code', { code: '<x>' }],
        ['raw', { html: '<p>r</p>' }],
        ['linkTool', { link: 'https://a.example', meta: { title: 'T', description: 'D' } }],
        ['warning', { title: 'W', message: 'M' }],
      ),
      [
        { type: 'heading', level: 3, text: 'H' },
        p('a **b** [c](/x)'),
        list(true, ['1', '2']),
        list(false, [{ text: '3', list: { ordered: false, items: ['4'] } }]),
        list(false, ['☐ 5']),
        quote('q', 'Who'),
        { type: 'table', header: ['a'], rows: [['b\\\nc']] },
        image('https://i.example/1', { caption: 'C' }),
        embed('https://v.example/1', { caption: 'E', aspectRatio: 2 }),
        { type: 'divider' },
        { type: 'code', text: '<x>', language: null },
        p('r'),
        embed('https://a.example', { title: 'T', caption: 'D' }),
        p('W'),
        p('M'),
      ],
    ],
  ])('%s', (_, format, value, blocks) => {
    expect(read(format, value)).toEqual({ blocks, warnings: [] })
  })

  it('has no control characters, and no link that may run', () => {
    const value = doc(
      n('embed', [], { url: 'https://v.example/1', title: 'It\u0092s', provider: 'A\u0080' }),
      n('image', [], { src: 'https://i.example/1', alt: 'a', link: 'javascript:x()' }),
      n('paragraph', [t('b\u0092', { type: 'link', attrs: { href: 'java\tscript:x()' } })]),
    )
    const { blocks, warnings } = read('prosemirror', value)
    expect(blocks).toEqual([
      embed('https://v.example/1', { title: 'It’s', provider: 'A€' }),
      image('https://i.example/1', { alt: 'a' }),
      p('b’'),
    ])
    expect(new Set(warnings.map(({ code }) => code))).toEqual(new Set(['link-dropped']))
  })

  it('reads single words of nodes that it does not know, in any script', () => {
    const attrs = {
      kicker: 'Breaking',
      lead: '注意事项',
      zusatz: 'über',
      panel: 'info',
      colour: '#aabbcc',
      file: 'a.png',
    }
    expect(read('prosemirror', doc(n('notice', [], attrs))).blocks).toEqual([p('Breaking'), p('注意事项'), p('über')])
  })

  it('says which nodes it does not know, and reads their texts', () => {
    const value = doc(n('paragraph', [t('a'), n('chip', [], { label: 'b' })]), n('poll', [t('d')], { question: 'c' }))
    expect(read('prosemirror', value)).toEqual({
      blocks: [p('a b'), p('c'), p('d')],
      warnings: [
        {
          code: 'unknown-node',
          message: 'a "chip" node was read as text',
          pointers: ['/body/value/content/0/content/1'],
        },
        { code: 'unknown-node', message: 'a "poll" node was read as text', pointers: ['/body/value/content/1'] },
      ],
    })
    const marked = [block([span('a', 'k')], { markDefs: [{ _key: 'k', _type: 'note', text: 'The note.' }] })]
    expect(read('portable-text', marked).warnings).toEqual([
      { code: 'unknown-mark', message: 'a "note" mark was left out', pointers: ['/body/value/0/children/0/marks/0'] },
      { code: 'text-lost', message: '2 words were left out, in a "note" mark: The note.' },
    ])
  })

  it.each<[Format, unknown, string]>([
    ['prosemirror', [], 'value'],
    ['prosemirror', doc(n('paragraph'), { content: [] }), 'value.content.1.type'],
    ['prosemirror', doc(n('paragraph', [{ type: 'text', text: 5 }])), 'value.content.0.content.0.text'],
    ['portable-text', [block([{ text: 'x' }])], 'value.0.children.0._type'],
    ['lexical', lexical({ type: 'paragraph', children: {} }), 'value.root.children.0.children'],
    ['editorjs', { blocks: [{ type: 'paragraph' }] }, 'value.blocks.0.data'],
  ])('refuses malformed %s %j', (format, value, path) => {
    const paths = (issues: z.core.$ZodIssue[], above: PropertyKey[]): string[] =>
      issues.flatMap((issue) => {
        const path = [...above, ...issue.path]
        return issue.code === 'invalid_union' ? paths(issue.errors.flat(), path) : path.join('.')
      })
    expect(paths(BodyInput.safeParse({ format, value }).error?.issues ?? [], [])).toContain(path)
  })

  it('refuses what is too deep or too large', () => {
    let node: object = t('x')
    for (let i = 0; i < 250; i += 1) node = n('blockquote', [node])
    expect(() => read('prosemirror', doc(node))).toThrow(UnreadableBody)
    expect(() => read('prosemirror', doc(...Array.from({ length: 20_001 }, () => n('paragraph'))))).toThrow(
      UnreadableBody,
    )
  })
})

/** Members that nodes may have, of which each text is for readers; `§` stands for a word that occurs once. */
const member = fc.constantFrom<[string, unknown]>(
  ...(['text', 'caption', 'alt', 'title', 'label', 'html', 'code', 'markdown', 'heading', 'description'] as const).map(
    (name): [string, unknown] => [name, '§ §'],
  ),
  ['caption', '<p>§</p><b>§</b>'],
  ['content', '<i>§</i>§'],
  ['items', ['§', { content: '§', items: ['§'] }]],
  ['url', 'https://a.example/1'],
  ['src', 'https://a.example/1'],
  ['src', 'x.png'],
  ['level', 2],
  ['style', 'ordered'],
  ['withHeadings', true],
  ['meta', { title: '§', checked: true }],
  ['metadata', { title: '§', author: '§' }],
  ['file', { url: 'https://a.example/1', name: 'x.pdf' }],
  ['images', [{ src: 'https://a.example/1', caption: '§', alt: '§' }]],
  ['rows', [{ cells: ['§', { value: [block([span('§')])] }] }]],
  ['children', [span('§ '), span('§', 'strong')]],
  ['colspan', 3],
  ['checked', false],
)
const members = fc.array(member, { maxLength: 4 }).map((entries) => Object.fromEntries(entries))

const treeOf = (types: string[], write: (type: string, attrs: object, content: object[]) => object) =>
  fc.letrec<{ tree: object[]; node: object }>((tie) => ({
    tree: fc.array(tie('node'), { maxLength: 4 }),
    node: fc.oneof(
      { depthSize: 'medium', maxDepth: 6 },
      fc.constantFrom(' § ', '§', '§\n§', '<b>§').map((text) => write('text', { text }, [])),
      fc
        .tuple(fc.constantFrom(...types), members, tie('tree'))
        .map(([type, attrs, inner]) => write(type, attrs, inner)),
    ),
  })).tree

const PROSEMIRROR =
  'paragraph heading blockquote codeBlock bulletList orderedList listItem taskList taskItem table tableRow tableCell tableHeader image figure figcaption gallery video embed mention details poll footnotes footnote'
const LEXICAL =
  'paragraph heading quote code list listitem link text table tablerow tablecell image gallery bookmark embed callout toggle html markdown video audio file button product header poll'
const EDITORJS =
  'paragraph header list nestedList checklist quote table image gallery embed linkTool code raw warning attaches personality alert video poll'
const PORTABLE_TEXT = 'image gallery code table embed video html definition-list footnotes poll break'

const documents: Record<Format, fc.Arbitrary<unknown>> = {
  prosemirror: treeOf(PROSEMIRROR.split(' '), (type, attrs, content) =>
    type === 'text' ? { type, ...attrs } : { type, attrs, content },
  ).map((content) => doc(...content)),
  lexical: treeOf(LEXICAL.split(' '), (type, { text: _, ...attrs }: { text?: string }, children) =>
    type === 'text' ? { type, text: '§', format: 3 } : { ...attrs, type, children },
  ).map((children) => lexical(...children)),
  editorjs: fc
    .array(fc.tuple(fc.constantFrom(...EDITORJS.split(' ')), members), { maxLength: 8 })
    .map((blocks) => editorjs(...(blocks as [string, object][]))),
  'portable-text': fc.array(
    fc.oneof(
      fc
        .record({
          style: fc.constantFrom('normal', 'h2', 'blockquote', 'odd'),
          listItem: fc.constantFrom(undefined, 'bullet', 'number'),
          level: fc.nat(4),
          words: fc.array(fc.constantFrom('§', ' §', '§\n§'), { maxLength: 4 }),
        })
        .map(({ words, ...more }) =>
          block([...words.map((word) => span(word, 'em')), { _type: 'chip', label: '§' }], more),
        ),
      fc.tuple(fc.constantFrom(...PORTABLE_TEXT.split(' ')), members).map(([_type, more]) => ({ ...more, _type })),
    ),
    { maxLength: 8 },
  ),
}

/** A document in which each `§` is a word of its own, and these words. */
function numbered(value: unknown): { value: unknown; words: string[] } {
  const words: string[] = []
  const text = JSON.stringify(value).replace(/§/g, () => {
    words.push(`w${words.length}x`)
    return words.at(-1) as string
  })
  return { value: JSON.parse(text), words }
}

describe('no word is lost', () => {
  it.each(Object.entries(documents) as [Format, fc.Arbitrary<unknown>][])('from %s', (format, source) =>
    fc.assert(
      fc.property(source, (generated) => {
        const { value, words } = numbered(generated)
        const { blocks, warnings } = read(format, value)
        // The last letter beside a mark may be a character reference.
        const found = new Set(JSON.stringify([blocks, warnings]).replaceAll('&#x78;', 'x').match(/w\d+x/g))
        expect(words.filter((word) => !found.has(word))).toEqual([])
        expect(BodyInput.options[0].safeParse(blocks).error).toBeUndefined()
      }),
      runs(150),
    ),
  )
})

describe('blocks are written as documents, and read again', () => {
  const mark = fc.constantFrom<Mark>('strong', 'emphasis', 'strikethrough', 'superscript', 'code', {
    type: 'link',
    href: 'https://x.example/_a_(b)',
  })
  const run: fc.Arbitrary<Run> = fc.record({
    text: fc.oneof(fc.stringMatching(/^[a-c *_~`[\]()<>&;#!|\\:/.^-]{1,8}$/), fc.constantFrom('a', 'b c', '😀')),
    marks: fc.uniqueArray(mark, { maxLength: 1 }),
  })
  const linesOf = (separator: string, maxLength: number) =>
    fc
      .array(fc.array(run, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength })
      .map((lines) =>
        lines.flatMap((parts, i): Run[] => [{ text: i === 0 ? 'w ' : `${separator}w `, marks: [] }, ...parts]),
      )
      .map((parts) => writeInline(tidyRuns(parts)))
  const line = linesOf(' ', 1)
  const lines = linesOf('\n', 3)
  const name = fc.constantFrom(null, 'Ana Moreau')
  const caption = fc.oneof(fc.constant(null), lines)
  const given = <T extends object>(shape: T) =>
    Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== null && value !== undefined))
  const item = fc.letrec<{ item: ListItem; list: { ordered: boolean; items: ListItem[] } }>((tie) => ({
    item: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      lines,
      fc.record({ text: lines, list: tie('list') }) as fc.Arbitrary<ListItem>,
    ),
    list: fc.record({ ordered: fc.boolean(), items: fc.array(tie('item'), { minLength: 1, maxLength: 3 }) }),
  }))
  const cell: fc.Arbitrary<Cell> = fc.oneof(fc.constant(''), lines)
  const row = fc.array(cell, { minLength: 2, maxLength: 2 }).map((cells) => ['w', ...cells])
  const url = fc.constantFrom('https://a.example/1?b=1&c=2', 'http://a.example/ü')
  const media = '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d'
  const crop = { x: 0.25, y: 0, width: 0.5, height: 1 }
  const source = fc.oneof(fc.record({ url }), fc.constant({ media }))
  const picture = fc.record({
    source: fc.oneof(source, fc.constant({ media, crop })),
    alt: fc.constantFrom('', 'A <b> *c*'),
    link: fc.constantFrom(undefined, '/x', 'https://a.example'),
    caption,
    credit: name,
  })
  const picked = ({ link, source, ...image }: { link: string | undefined; source: object }) => ({
    ...source,
    ...image,
    ...given({ link }),
  })
  /** Blocks as replies have them, with the addresses of media. */
  const shown = (blocks: Block[]) =>
    blocks.map((block) => mapMedia(block, (item) => ({ ...item, url: `https://a.example/${media}` })) as Block)
  const merged = ([one, other]: [object, object]) => ({ ...one, ...other })
  const ids = fc.option(fc.stringMatching(/^[a-z0-9]{8}$/), { nil: undefined })

  const everyBlock = fc
    .tuple(
      ids,
      fc.oneof<fc.Arbitrary<object>[]>(
        fc.record({ type: fc.constant('paragraph'), text: lines }),
        fc.record({ type: fc.constant('heading'), level: fc.constantFrom(2, 3, 4), text: line }),
        fc
          .record({
            type: fc.constant('quote'),
            kind: fc.constantFrom(null, 'pull'),
            text: fc.array(lines, { minLength: 1, maxLength: 3 }).map((texts) => texts.join('\n\n')),
            by: name,
          })
          .map(({ kind, by, ...quote }) => ({ ...given({ kind }), ...quote, source: null, attribution: by })),
        fc
          .tuple(item.list, fc.constantFrom(undefined, 3, 1990))
          .map(([of, start]) => ({ type: 'list', ...given({ start: of.ordered ? start : null }), ...of })),
        fc
          .array(
            fc.record({
              terms: fc.array(line, { minLength: 1, maxLength: 2 }),
              descriptions: fc.array(lines, { minLength: 1, maxLength: 2 }),
            }),
            { minLength: 1, maxLength: 2 },
          )
          .map((items) => ({ type: 'definition-list', items })),
        picture.map((image) => ({ type: 'image', ...picked(image) })),
        fc
          .tuple(fc.array(picture.map(picked), { minLength: 1, maxLength: 3 }), caption)
          .map(([images, words]) => ({ type: 'gallery', images, ...given({ caption: words }) })),
        fc.tuple(source, fc.record({ type: fc.constant('audio'), caption, credit: name })).map(merged),
        fc
          .tuple(
            source,
            fc.record({
              type: fc.constant('video'),
              caption,
              credit: name,
              poster: fc.constantFrom(null, 'https://a.example/p'),
            }),
          )
          .map(merged),
        fc
          .record({
            url,
            provider: name,
            title: fc.constantFrom(null, 'A & <b>'),
            caption,
            aspectRatio: fc.constantFrom(null, 1.78),
          })
          .map(({ url, provider, ...more }) => ({ type: 'embed', url, provider, ...given(more) })),
        fc.record({
          type: fc.constant('code'),
          text: fc.constantFrom('a\n  <b>', '```'),
          language: fc.constantFrom(null, 'js'),
        }),
        fc.constant({ type: 'divider' }),
        fc
          .record({
            caption,
            hasHeader: fc.boolean(),
            headerRows: fc.constantFrom(null, 1),
            headerColumns: fc.constantFrom(null, 1),
            align: fc.constantFrom(null, ['left', null, 'right']),
            rows: fc.array(row, { minLength: 2, maxLength: 4 }),
            span: fc.boolean(),
          })
          .map(({ caption: words, hasHeader, headerRows, rows, span, ...more }) => {
            const last: Cell[] = span ? [{ text: 'w', colspan: 3 }] : ['w', 'w', '']
            return {
              type: 'table',
              ...given({ caption: words }),
              header: hasHeader ? ['h', 'w', 'w'] : [],
              ...given({
                headerRows: hasHeader ? headerRows : null,
                ...more,
                headerColumns: span ? null : more.headerColumns,
              }),
              rows: [...rows, last],
            }
          }),
      ),
    )
    .map(([id, content]) => ({ ...content, ...given({ id }) }) as Block)
  const notes: Block = { type: 'footnotes', items: [{ label: 'a', text: 'The *note*.\n\nMore.' }] }
  const body = fc
    .uniqueArray(everyBlock, { maxLength: 5, selector: ({ id }) => id ?? Symbol('none') })
    // Two lists of a kind in a row are one in Portable Text.
    .map((blocks) => blocks.flatMap((own) => (own.type === 'list' ? [own, { type: 'divider' } as Block] : [own])))
    .map((blocks): Block[] => [...blocks, p('See[^a].'), notes])

  it.each<[string, z.ZodType, Format, (blocks: Block[]) => unknown]>([
    ['ProseMirror', ProseMirrorDocument, 'prosemirror', toProseMirror],
    ['Portable Text', PortableText, 'portable-text', toPortableText],
  ])('from %s the same', (_, schema, format, write) =>
    fc.assert(
      fc.property(body, (blocks) => {
        const written = write(shown(blocks))
        expect(schema.safeParse(written).success).toBe(true)
        const { blocks: again, warnings } = read(format, written)
        const withoutKeys = (of: Block[]) => (format === 'portable-text' ? of.map(({ id: _, ...rest }) => rest) : of)
        expect(withoutKeys(again as Block[])).toEqual(withoutKeys(blocks))
        expect(warnings).toEqual([])
      }),
      runs(80),
    ),
  )

  it('keeps nothing of what is no media of this service', () => {
    const attrs = { src: 'https://a.example/1', media: 'image/png', crop: { top: 0.1, left: 0 } }
    expect(read('prosemirror', { type: 'doc', content: [{ type: 'image', attrs }] }).blocks).toEqual([
      image('https://a.example/1'),
    ])
    const value = '<p><img src="https://a.example/1" Media="0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d" alt=""></p>'
    expect(convert({ format: 'html', value }).blocks).toEqual([image('https://a.example/1')])
  })

  it('keeps the ids of blocks', async () => {
    const blocks = [p('a', { id: 'b4k2m9xd' }), p('b', { id: 'c4k2m9xd' })]
    for (const [format, write] of [
      ['prosemirror', toProseMirror],
      ['portable-text', toPortableText],
    ] as const)
      expect((await readBody(parsed(format, write(blocks)))).blocks).toEqual(blocks)
  })
})
