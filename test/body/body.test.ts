import fc from 'fast-check'
import type { Block } from '../../src/body/block.ts'
import { BodyInput } from '../../src/body/body-input.ts'
import { UnreadableBody } from '../../src/body/errors.ts'
import type { ListItem } from '../../src/body/list-blocks.ts'
import { readBody } from '../../src/body/read.ts'
import { toHtml } from '../../src/body/to-html.ts'
import { toMarkdown } from '../../src/body/to-markdown.ts'
import { toText } from '../../src/body/to-text.ts'
import { countWords, readingTimeMinutes } from '../../src/body/word-count.ts'
import { isVisible } from '../../src/lib/unicode.ts'
import { anyCharacter } from '../harness/characters.ts'
import { runs } from '../harness/depth.ts'

type Format = 'markdown' | 'html' | 'text'
const read = async (format: Format, value: string) => readBody({ format, value })
/** Converted blocks name no source, so that they are as good as those of a reply. */
const blocksOf = async (format: Format, value: string) => (await read(format, value)).blocks as Block[]
const paragraph = (text: string): Block => ({ type: 'paragraph', text })
const list = (...items: ListItem[]): Block => ({ type: 'list', ordered: false, items })
const nested = (text: string, ...items: ListItem[]): ListItem => ({ text, list: { ordered: false, items } })

const HOUSE = { id: '0190f4a1-7c3e-7a52-9d1b-5f0c8e2a4b6d', slug: 'tide-desk', name: 'The Tide Desk', kind: 'person' }
const EVERY: Block[] = [
  { type: 'heading', level: 2, text: 'High water at *noon*' },
  paragraph('The **ferry** left ~~early~~ late, said `tide(1)` and [the log](https://log.example/a?b=1&c=2).'),
  paragraph('First line\\\nsecond line'),
  { type: 'quote', text: 'We waited.\n\nThen we *sailed*.', source: null, attribution: 'A deckhand' },
  { type: 'list', ordered: false, items: ['rope', 'two **buoys**'] },
  { type: 'list', ordered: true, items: ['cast off', 'steer'] },
  { type: 'image', url: 'https://img.example/a.jpg', alt: 'A ferry [blue]', caption: 'At the pier', credit: null },
  { type: 'image', url: 'https://img.example/b.jpg', alt: '', link: '/b?c=1&d', caption: null, credit: null },
  { type: 'image', url: 'https://img.example/c.jpg', alt: '', caption: 'One\\\ntwo', credit: null },
  { type: 'embed', url: 'https://video.example/1', provider: null },
  { type: 'divider' },
  { type: 'code', text: 'if (a < b) {\n  go()\n}', language: 'js' },
  {
    type: 'table',
    header: ['Port', 'Depth'],
    rows: [
      ['North | old', '**4** m'],
      ['South\\\nEast | x', ''],
    ],
  },
]

describe('every block', () => {
  it.each<[Format, (blocks: Block[]) => string]>([
    ['markdown', toMarkdown],
    ['html', toHtml],
  ])('comes back the same from %s', async (format, write) => {
    expect(await read(format, write(EVERY))).toEqual({ blocks: EVERY, warnings: [] })
  })

  it('has plain words without Markdown', () => {
    expect(toText(EVERY.slice(0, 4))).toBe(
      'High water at noon\n\nThe ferry left early late, said tide(1) and the log.\n\nFirst line\nsecond line\n\nWe waited.\n\nThen we sailed.',
    )
  })

  it('has HTML that says what it is', () => {
    const quote: Block = { type: 'quote', text: 'We waited.', source: HOUSE, attribution: null }
    expect(toHtml([quote])).toBe('<blockquote><p>We waited.</p><footer>The Tide Desk</footer></blockquote>')
    expect(toHtml([paragraph('1 <b>2</b> & **3**')])).toBe('<p>1 &lt;b&gt;2&lt;/b&gt; &amp; <strong>3</strong></p>')
  })

  it('is completed on input, and refused where it is wrong', async () => {
    const sent = BodyInput.parse([{ type: 'quote', text: 'Yes.', source: 'tide-desk' }])
    expect((await readBody(sent)).blocks).toEqual([
      { type: 'quote', text: 'Yes.', source: 'tide-desk', attribution: null },
    ])
    const uneven = BodyInput.safeParse([{ type: 'table', header: ['a', 'b'], rows: [['1', '2'], ['3']] }])
    expect(pathsOf(uneven)).toContain('0.rows.1')
  })
})

/** The paths of all issues, those within a union's branches too. */
function pathsOf(result: ReturnType<typeof BodyInput.safeParse>): string[] {
  return (result.error?.issues ?? []).flatMap((issue) => {
    const inner = issue.code === 'invalid_union' ? issue.errors.flat() : [issue]
    return inner.map(({ path }) => [...issue.path, ...(inner[0] === issue ? [] : path)].join('.'))
  })
}

describe('conversion', () => {
  it.each<[Format, string, Block[], string[]]>([
    [
      'markdown',
      '# One\n\n###### Six',
      [
        { type: 'heading', level: 2, text: 'One' },
        { type: 'heading', level: 4, text: 'Six' },
      ],
      [],
    ],
    ['markdown', 'a <b>c</b> d', [paragraph('a **c** d')], []],
    [
      'markdown',
      '[a][r] [x](javascript:1)\n\n[r]: https://r.example',
      [paragraph('[a](https://r.example) x')],
      ['a link to a javascript: address was dropped'],
    ],
    ['markdown', '- a\n  - b\n    - c\n- d', [list(nested('a', nested('b', 'c')), 'd')], []],
    [
      'markdown',
      'so ![i](https://i.example/1 "T") and ![no](x.png)',
      [paragraph('so and no'), { type: 'image', url: 'https://i.example/1', alt: 'i', caption: 'T', credit: null }],
      ['an image without an absolute web address was dropped'],
    ],
    [
      'html',
      '<div><p>a<script>b()</script><script></script></p></div>',
      [paragraph('a')],
      ['a <script> element was dropped, 2 times'],
    ],
    [
      'html',
      '<p>x</p><iframe src="https://v.example/9"></iframe>',
      [paragraph('x'), { type: 'embed', url: 'https://v.example/9', provider: null }],
      [],
    ],
    [
      'html',
      '<figure><img src="https://i.example/2" alt="A"><figcaption>On <i>deck</i> <small>R. Lane</small></figcaption></figure>',
      [{ type: 'image', url: 'https://i.example/2', alt: 'A', caption: 'On *deck*', credit: 'R. Lane' }],
      [],
    ],
    [
      'html',
      '<blockquote><p>Aye.</p><p>— <cite>The mate</cite></p></blockquote>',
      [{ type: 'quote', text: 'Aye.', source: null, attribution: 'The mate' }],
      [],
    ],
    ['html', '<p>a<b> bold </b>b<b>c</b><b>d</b></p><p>&nbsp;</p>', [paragraph('a **bold** b**cd**')], []],
    ['html', '<p>bell&#8; &lt;b&gt; *not* _it_</p>', [paragraph('bell \\<b> \\*not\\* \\_it\\_')], []],
    [
      'text',
      '# not a title\nstill\n\n\n1. *one* <b>',
      [paragraph('# not a title\\\nstill'), paragraph('1. \\*one\\* \\<b>')],
      [],
    ],
  ])('of %s %j', async (format, value, blocks, messages) => {
    const result = await read(format, value)
    expect(result.blocks).toEqual(blocks)
    expect(result.warnings.map(({ message }) => message)).toEqual(messages)
  })
})

const line = fc
  .string({ unit: anyCharacter, maxLength: 40 })
  .map((s) => s.replace(/[\p{C}\p{Z}\uFFFE\uFFFF]/gu, ' ').trim())
const marked = fc.stringMatching(/^[a-c *_~`[\]()<>&;#!|\\:/.-]{1,30}$/)

describe('plain text', () => {
  it('reads back to the letter', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(line, marked), { maxLength: 5 }), async (lines) => {
        const paragraphs = lines.map((l) => l.trim()).filter(isVisible)
        expect(toText(await blocksOf('text', paragraphs.join('\n\n')))).toBe(paragraphs.join('\n\n'))
        expect(toText(await blocksOf('text', paragraphs.join('\n')))).toBe(paragraphs.join('\n'))
      }),
      runs(100),
    ))
})

describe('converting twice', () => {
  const tag = fc.constantFrom(
    'p',
    'b',
    'i',
    'em',
    's',
    'a',
    'h1',
    'h5',
    'ul',
    'li',
    'blockquote',
    'cite',
    'code',
    'pre',
    'figure',
    'figcaption',
    'table',
    'td',
    'tr',
    'br',
    'div',
    'hr',
  )
  const html = fc.array(
    fc.oneof(
      marked,
      fc.constant(' '),
      tag.map((t) => `<${t}>`),
      tag.map((t) => `</${t}>`),
      fc.constant('<a href="https://x.example/_a_(b">'),
      fc.constant('<img src="https://i.example/1" alt="*a*">'),
    ),
    { maxLength: 25 },
  )

  it('changes nothing, from HTML', () =>
    fc.assert(
      fc.asyncProperty(html, async (parts) => {
        const once = await blocksOf('html', parts.join(''))
        const written = toHtml(once)
        const twice = await blocksOf('html', written)
        expect(twice).toEqual(once)
        expect(toHtml(twice)).toBe(written)
      }),
      runs(150),
    ))

  const text = fc.oneof(
    marked,
    marked.map((t) => `**${t}**\\\n${t}\n\n[${t}](https://x.example/(_)`),
  )
  const name = fc.option(fc.constantFrom('A *deckhand*', 'B & <c>'), { nil: null })
  const url = fc.constant('https://x.example/_a_')
  const block = fc.oneof(
    fc.record({ type: fc.constant('quote'), text, attribution: name }),
    fc.record({
      type: fc.constant('list'),
      ordered: fc.boolean(),
      items: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant('heading'), level: fc.constantFrom(2, 3, 4), text: marked }),
    fc.record({ type: fc.constant('image'), url, alt: marked, caption: marked, credit: name }),
    fc.record({ type: fc.constant('embed'), url, provider: name }),
    fc.record({ type: fc.constant('code'), text: marked }),
    fc.record({
      type: fc.constant('table'),
      header: fc.tuple(marked, marked),
      rows: fc.array(fc.tuple(marked, marked)),
    }),
  )

  it('changes nothing, from blocks', () =>
    fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 3 }), async (sent) => {
        const input = BodyInput.safeParse(sent)
        fc.pre(input.success)
        const once = await blocksOf('html', toHtml((await readBody(input.data)).blocks as Block[]))
        const written = toHtml(once)
        expect(await blocksOf('html', written)).toEqual(once)
        expect(toHtml(await blocksOf('html', written))).toBe(written)
      }),
      runs(80),
    ))

  it('changes nothing, from and to Markdown', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(marked, fc.constantFrom('\n', '\n\n', '> ', '- ', '1. ')), { maxLength: 20 }),
        async (parts) => {
          const once = await blocksOf('markdown', parts.join(''))
          expect(await blocksOf('markdown', toMarkdown(once))).toEqual(once)
        },
      ),
      runs(150),
    ))
})

const XSS = [
  '<script>alert(1)</script>',
  '<ScRiPt/x>alert(1)</sCrIpT>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href=" &#1; javascript:alert(1)">x</a>',
  '<a href="java&#9;script:alert(1)">x</a>',
  '<a href="java&Tab;script&colon;alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,x"></object>',
  '<embed src="javascript:alert(1)">',
  '<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">x</button></form>',
  '<style>@import "javascript:alert(1)"</style>',
  '<p style="background:url(javascript:alert(1))" onclick="alert(1)">x</p>',
  '<base href="javascript:alert(1)//">',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<math><mtext><table><mglyph><style><img src onerror=alert(1)>',
  '<template><img src=x onerror=alert(1)></template>',
  '<pre><code class="x" onmouseover=alert(1)>y</code></pre>',
  '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
  '[x](javascript:alert\\(1\\))',
  '[x](<java\tscript:alert(1)>)',
  '<javascript:alert(1)>',
  '![x](javascript:alert(1))',
  '[x](&#106;avascript&colon;alert(1))',
  '[x]: javascript:alert(1)\n\n[x]',
]

describe('hostile markup', () => {
  it.each(XSS)('%s has no effect in any form', async (vector) => {
    for (const format of ['html', 'markdown', 'text'] as const) {
      const blocks = await blocksOf(format, vector)
      // What is left are words: with the tags' brackets escaped, no attribute or address remains.
      const written = toHtml(blocks)
      expect(written).not.toMatch(/<(?!\/?(?:p|code|pre|a|br|figure)[ >])/)
      expect(written).not.toMatch(/<[^>]*(?:script|data:|\son\w+=|style)/i)
      expect(toHtml(await blocksOf('html', written))).toBe(written.replaceAll('\t', ' '))
    }
    expect(toHtml([paragraph(vector)])).not.toMatch(/<[^>]*(?:script:|\son\w+=)|<(?:script|img|svg)/i)
  })

  it.each([
    ['[x](javascript:alert(1))', 'javascript:'],
    ['**[x](JAVA&#115;CRIPT:alert(1))**', 'javascript:'],
    ['[x](<java\tscript:alert(1)>)', 'javascript:'],
    ['[x](\u0020&#32;&Tab;java&NewLine;script&colon;alert(1))', 'javascript:'],
    ['[x](java\\script:1) [y](&#118;bscript:1)', 'vbscript:'],
    ['<data:text/html,x>', 'data:'],
    ['[x](file:///etc/passwd)', 'file:'],
  ])('%j is refused with the path to it', (text, protocol) => {
    const result = BodyInput.safeParse([paragraph('fine'), { type: 'list', ordered: true, items: ['a', text] }])
    expect(pathsOf(result)).toContain('1.items.1')
    expect(JSON.stringify(result.error?.issues)).toContain(`must not link to ${protocol} addresses`)
  })

  it.each([
    '[a](/b) [c](#d) [e](mailto:f@g.example) <tel:+1> [h](HTTPS://i.example)',
    '`[x](javascript:1)`',
    '\\[x](javascript:1)',
  ])('%j is taken', (text) => expect(BodyInput.safeParse([paragraph(text)]).success).toBe(true))

  const nested = (n: number) => Array.from({ length: n }, (_, i) => `${' '.repeat(i * 2)}- a`).join('\n')
  const spans = (n: number) => `${Array.from({ length: n }, (_, i) => `<b a=${i}>`).join('')}${'<p>x'.repeat(n)}`
  const big = ['[', '*a **b ', '> ', '<div>', '[a](', '|a', '&amp;', '<table><td>', '- a\n', '~']
  // Long enough to go on for minutes where time is quadratic.
  it.each([
    ...big.map((s) => [s, s.repeat(150_000 / s.length)]),
    ['lists', nested(700)],
    ['quoted lists', nested(700).replace(/^/gm, '> ')],
    ['tabs', nested(40).replace(/ {2}/g, '\t').repeat(30)],
    ['spans', spans(10_000)],
    ['html lists', '<ul><li>'.repeat(60_000)],
    ['cells', `<table><tr>${'<td>x'.repeat(90_000)}`],
  ])(
    '%j many times over is read or refused',
    async (_, value = '') => {
      for (const format of ['html', 'markdown', 'text'] as const) {
        const error = await read(format, value).then(
          () => null,
          (e: unknown) => e,
        )
        if (error !== null) expect(error).toBeInstanceOf(UnreadableBody)
      }
    },
    20_000,
  )

  it('have a limit of characters in all', () => {
    const body = [
      ...Array.from({ length: 24 }, () => paragraph('a'.repeat(20_000))),
      { type: 'code', text: 'a'.repeat(20_000) },
    ]
    expect(BodyInput.safeParse(body).success).toBe(true)
    const [issue] = BodyInput.safeParse([...body, paragraph('a')]).error?.issues ?? []
    expect(JSON.stringify(issue)).toContain('is where the body has more than 500000 characters')
  })

  it('have a limit of texts in all', () => {
    const table = { type: 'table', header: [], rows: Array(1_000).fill(Array(9).fill('')) }
    expect(BodyInput.safeParse([table]).success).toBe(true)
    const [issue] = BodyInput.safeParse([table, table]).error?.issues ?? []
    expect(JSON.stringify(issue)).toContain('is where the body has more than 10000 texts')
    // A cell that spans others takes their places.
    const spanning = {
      type: 'table',
      header: [],
      rows: [[{ text: 'a', colspan: 50, rowspan: 400 }], ...Array(399).fill([])],
    }
    expect(JSON.stringify(BodyInput.safeParse([spanning]).error?.issues)).toContain('more than 10000 texts')
  })

  it('have a limit of pictures in all', () => {
    const gallery = { type: 'gallery', images: Array(200).fill({ url: 'https://i.example/1', alt: '' }) }
    expect(BodyInput.safeParse(Array(5).fill(gallery)).success).toBe(true)
    const [issue] = BodyInput.safeParse(Array(6).fill(gallery)).error?.issues ?? []
    expect(JSON.stringify(issue)).toContain('is where the body has more than 1000 pictures')
  })

  it('is refused where the whole body has too much of it', () => {
    const heavy = paragraph('a*'.repeat(8_000))
    expect(BodyInput.safeParse([heavy]).success).toBe(true)
    const [issue] = BodyInput.safeParse([heavy, paragraph('[x](javascript:1)'), heavy, heavy]).error?.issues ?? []
    expect(JSON.stringify(issue)).toContain('is where the body has more than 20000 signs of markup')
    // Signs in a row are one, and code has none.
    const long = [paragraph('*'.repeat(20_000)), { type: 'code', text: '*a'.repeat(20_000) }]
    expect(BodyInput.safeParse([...long, heavy]).success).toBe(true)
  })

  it.each([...big, '[x](javascript:1) '])('%j fills blocks and is still rendered', (s) => {
    const text = s.repeat(20_000 / s.length).trim()
    toText([paragraph(text)])
    toHtml([paragraph(text)])
    toMarkdown([paragraph(text)])
    expect(() => BodyInput.safeParse(Array.from({ length: 50 }, () => paragraph(text)))).not.toThrow()
  })
})

describe('words', () => {
  it.each([
    ['Two ferries, one pier.', 'en', 4],
    ['渡船今天停航', 'zh', 3],
    ['three odd words', 'no such language', 3],
    ['Ha\u00adfen\u00adbrücke zero\u200bwidth', 'de', 2],
    ['كتـــاب \ufeffword', 'ar', 2],
    ['donʼt doʻt don’t', 'en', 3],
    ['', 'en', 0],
  ])('%j in %s', (text, language, words) => expect(countWords(text, language)).toBe(words))

  it.each([
    [0, 0],
    [1, 1],
    [230, 1],
    [231, 2],
  ])('%i words take %i minutes', (words, minutes) => expect(readingTimeMinutes(words)).toBe(minutes))
})
