import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { Block, StoredBlock } from '../../src/body/block.ts'
import { BodyInput } from '../../src/body/body-input.ts'
import { convert } from '../../src/body/convert.ts'
import { UnreadableBody } from '../../src/body/errors.ts'
import { type Mark, type Run, tidyRuns } from '../../src/body/inline.ts'
import { parseInline } from '../../src/body/parse-inline.ts'
import { toHtml } from '../../src/body/to-html.ts'
import { toMarkdown } from '../../src/body/to-markdown.ts'
import { toText } from '../../src/body/to-text.ts'
import { countWords } from '../../src/body/word-count.ts'
import { writeInline } from '../../src/body/write-inline.ts'
import { runs } from '../harness/depth.ts'

type Format = 'markdown' | 'html' | 'wordpress' | 'text'
const p = (text: string): StoredBlock => ({ type: 'paragraph', text })
const image = (url: string, more: object = {}): StoredBlock =>
  ({ type: 'image', url, alt: '', caption: null, credit: null, ...more }) as StoredBlock
const embed = (url: string, more: object = {}): StoredBlock => ({ type: 'embed', url, provider: null, ...more })
const quote = (text: string, attribution: string | null = null, more: object = {}): StoredBlock => ({
  type: 'quote',
  ...more,
  text,
  source: null,
  attribution,
})
const list = (ordered: boolean, items: Extract<StoredBlock, { type: 'list' }>['items'], more = {}): StoredBlock => ({
  type: 'list',
  ordered,
  ...more,
  items,
})
const table = (rows: Extract<StoredBlock, { type: 'table' }>['rows'], more: object = {}): StoredBlock => ({
  type: 'table',
  header: [],
  rows,
  ...more,
})
const note = (label: string, text: string): StoredBlock => ({ type: 'footnotes', items: [{ label, text }] })

describe('what newsrooms paste keeps its words and its form', () => {
  it.each<[string, Format, string, StoredBlock[]]>([
    [
      'Google Docs: blocks in a <b>, marks as styles',
      'html',
      '<b style="font-weight:normal"><p>One.</p><p><span style="font-weight:700">b</span> <span style="font-style:italic">i</span> <span style="text-decoration:line-through">s</span> <span style="vertical-align:super">u</span></p></b>',
      [p('One.'), p('**b** *i* ~~s~~ <sup>u</sup>')],
    ],
    [
      'blocks in cells',
      'html',
      '<table><tr><td><p>x</p></td><td><ul><li>a</li><li>b</li></ul><h3>H</h3><blockquote>q</blockquote></td></tr></table>',
      [table([['x', 'a\\\nb\\\nH\\\nq']])],
    ],
    [
      'blocks in headings, captions, links and deletions',
      'html',
      '<h2><p>h</p></h2><figure><img src="https://i.example/1"><figcaption><p>c</p></figcaption></figure><a href="/x"><table><caption><p>C</p></caption><tr><th>a<th>b<tr><td>1<td>2</table></a><del><p>gone</p></del>',
      [
        { type: 'heading', level: 2, text: 'h' },
        image('https://i.example/1', { caption: 'c' }),
        table([['[1](/x)', '[2](/x)']], { header: ['[a](/x)', '[b](/x)'], caption: '[C](/x)' }),
        p('~~gone~~'),
      ],
    ],
    [
      'blocks side by side',
      'html',
      '<div>One.</div><div>Two.</div><section>3</section><address>4</address><details><summary>5</summary>6</details><ul><li>One<div>Two</div></li></ul>a<br><br>b',
      [p('One.'), p('Two.'), p('3'), p('4'), p('5'), p('6'), list(false, ['One\\\nTwo']), p('a'), p('b')],
    ],
    ['a break in Markdown', 'markdown', 'one<br>two', [p('one\\\ntwo')]],
    ['superscript and subscript', 'html', '10<sup>6</sup> H<sub>2</sub>O', [p('10<sup>6</sup> H<sub>2</sub>O')]],
    ['superscript in Markdown', 'markdown', '10<sup>6</sup>', [p('10<sup>6</sup>')]],
    [
      'spans of cells, clamped',
      'html',
      '<table><tr><td colspan=2>a</td><td rowspan=99>b</td></tr><tr><td>c</td><td align=right>d</td></tr></table>',
      [
        table(
          [
            [
              { text: 'a', colspan: 2 },
              { text: 'b', rowspan: 2 },
            ],
            ['c', 'd'],
          ],
          { align: [null, 'right', null] },
        ),
      ],
    ],
    [
      'header rows and columns',
      'html',
      '<table><thead><tr><th>a<th>b</tr><tr><th>c<th>d</tr></thead><tbody><tr><th>e<td>f</tr></tbody></table>',
      [
        table(
          [
            ['c', 'd'],
            ['e', 'f'],
          ],
          { header: ['a', 'b'], headerRows: 1, headerColumns: 1 },
        ),
      ],
    ],
    [
      'alignment in Markdown',
      'markdown',
      '| a | b |\n|:-:|--:|\n| 1 | 2 |',
      [table([['1', '2']], { header: ['a', 'b'], align: ['center', 'right'] })],
    ],
    [
      'a table that only arranges the page',
      'html',
      '<table role="presentation"><tr><td><h2>a</h2></td><td><p>b</p></td></tr></table>',
      [{ type: 'heading', level: 2, text: 'a' }, p('b')],
    ],
    ['single tildes', 'markdown', '3~5 and 7~9, ~~gone~~', [p('3~5 and 7~9, ~~gone~~')]],
    [
      'an embed of WordPress',
      'html',
      '<figure class="wp-block-embed is-provider-youtube wp-embed-aspect-16-9"><div>\nhttps://v.example/x\n</div><figcaption>Cap</figcaption></figure><p>https://v.example/y</p>',
      [
        embed('https://v.example/x', { provider: 'YouTube', caption: 'Cap', aspectRatio: 1.78 }),
        embed('https://v.example/y'),
      ],
    ],
    [
      'posts of other sites',
      'html',
      '<blockquote class="twitter-tweet"><p>Hi <a href="https://t.example/1">pic</a></p>— A <a href="https://x.example/a/1">Jan 1</a></blockquote><blockquote class="instagram-media" data-instgrm-permalink="https://i.example/p/1/"><p>Look</p></blockquote>',
      [
        embed('https://x.example/a/1', { provider: 'X', caption: 'Hi pic — A Jan 1' }),
        embed('https://i.example/p/1/', { provider: 'Instagram', caption: 'Look' }),
      ],
    ],
    [
      'frames in a sentence, without a protocol, with a caption',
      'html',
      '<p>See <iframe src="//v.example/1" width=640 height=360></iframe><iframe src="https://v.example/2"></iframe>this</p><figure><iframe src="https://v.example/3"></iframe><figcaption>Mine</figcaption></figure>',
      [
        p('See this'),
        embed('https://v.example/1', { aspectRatio: 1.78 }),
        embed('https://v.example/2'),
        embed('https://v.example/3', { caption: 'Mine' }),
      ],
    ],
    [
      'HTML in Markdown',
      'markdown',
      '<p align=center>Hi</p>\n\n<h2>Head</h2>\n\n<table><tr><td>a</td><td>b</td></tr></table>\n\n<img src="https://i.example/1" alt="pic">\n\n<iframe src="https://v.example/1"></iframe>\n\n<div>\n\n**x**\n\n</div> then text',
      [
        p('Hi'),
        { type: 'heading', level: 2, text: 'Head' },
        table([['a', 'b']]),
        image('https://i.example/1', { alt: 'pic' }),
        embed('https://v.example/1'),
        p('**x**'),
        p('then text'),
      ],
    ],
    [
      'a dialogue, and a signature that is too long for a name',
      'html',
      `<blockquote><p>— Where?</p><p>— At work.</p></blockquote><blockquote><p>Yes.</p><footer>${'long '.repeat(50)}</footer></blockquote>`,
      [quote('— Where?\n\n— At work.'), quote(`Yes.\n\n${'long '.repeat(50).trim()}`)],
    ],
    ['a signature', 'markdown', '> Aye.\n>\n> — The mate', [quote('Aye.', 'The mate')]],
    [
      'a pull quote',
      'html',
      '<figure class="wp-block-pullquote"><blockquote><p>Big</p><cite>Me</cite></blockquote></figure>',
      [quote('Big', 'Me', { kind: 'pull' })],
    ],
    ['a title in a sentence', 'html', '<p>As <cite>The Log</cite> said.</p>', [p('As *The Log* said.')]],
    [
      'a gallery',
      'html',
      '<figure class="wp-block-gallery"><figure><img src="https://i.example/1"><figcaption>one</figcaption></figure><figure><img src="https://i.example/2"></figure><figcaption>all</figcaption></figure>',
      [
        {
          type: 'gallery',
          images: [
            { url: 'https://i.example/1', alt: '', caption: 'one', credit: null },
            { url: 'https://i.example/2', alt: '', caption: null, credit: null },
          ],
          caption: 'all',
        },
      ],
    ],
    [
      'emoji that are images, and an image in a sentence',
      'html',
      '<p>Great <img class="emoji" alt="🙂" src="https://e.example/1.svg"> and <img src="x.jpg" alt="the alt"> end <img src="https://i.example/1" alt="in"> here</p>',
      [p('Great 🙂 and the alt end here'), image('https://i.example/1', { alt: 'in' })],
    ],
    ['what is left of Windows-1252', 'text', 'It\u0092s \u0093so\u0094', [p('It’s “so”')]],
    [
      'nested lists with their numbers',
      'html',
      '<ol start=3 reversed><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ol>',
      [
        list(
          true,
          [
            {
              text: 'a',
              list: { ordered: false, items: [{ text: 'b', list: { ordered: true, items: ['c'] } }] },
            },
            'd',
          ],
          { start: 3, reversed: true },
        ),
      ],
    ],
    [
      'nested lists in Markdown, and a year',
      'markdown',
      '1986. A great year\n\n# h\n\n3. c\n4. d\n   - e',
      [
        p('1986. A great year'),
        { type: 'heading', level: 2, text: 'h' },
        list(true, ['c', { text: 'd', list: { ordered: false, items: ['e'] } }], { start: 3 }),
      ],
    ],
    [
      'definitions',
      'html',
      '<dl><div><dt>T</dt><dd><p>D1</p></dd></div><dd>D2</dd></dl>',
      [{ type: 'definition-list', items: [{ terms: ['T'], descriptions: ['D1', 'D2'] }] }],
    ],
    [
      'recordings',
      'html',
      '<audio src="https://a.example/1.mp3"></audio><figure><video poster="https://a.example/p.jpg"><source src="https://a.example/1.mp4"></video><figcaption>V <small>Ana</small></figcaption></figure>',
      [
        { type: 'audio', url: 'https://a.example/1.mp3', caption: null, credit: null },
        {
          type: 'video',
          url: 'https://a.example/1.mp4',
          caption: 'V',
          credit: 'Ana',
          poster: 'https://a.example/p.jpg',
        },
      ],
    ],
    ['footnotes in Markdown', 'markdown', 'So[^a].\n\n[^a]: The *note*.', [p('So[^a].'), note('a', 'The *note*.')]],
    [
      'footnotes of WordPress',
      'html',
      '<p>So<sup class="fn" data-fn="u"><a href="#u" id="u-link">1</a></sup></p><ol class="wp-block-footnotes"><li id="u">Note <a href="#u-link">↩︎</a></li></ol>',
      [p('So[^1]'), note('1', 'Note')],
    ],
    [
      'a post of the classic editor',
      'wordpress',
      'First\nsecond\n\n<strong>B</strong>\n\n[caption id="x" width="3"]<a href="https://a.example"><img src="https://i.example/1" /></a> The caption[/caption]\n[embed]https://v.example/1[/embed]\n\nhttps://v.example/2\n\nend [sic]',
      [
        p('First\\\nsecond'),
        p('**B**'),
        image('https://i.example/1', { caption: 'The caption' }),
        embed('https://v.example/1'),
        embed('https://v.example/2'),
        p('end [sic]'),
      ],
    ],
    [
      'a post of the block editor',
      'wordpress',
      '<!-- wp:paragraph -->\n<p>Hi\nthere</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:embed -->\n<figure class="wp-block-embed"><div>\nhttps://v.example/1\n</div></figure>\n<!-- /wp:embed -->',
      [p('Hi there'), embed('https://v.example/1')],
    ],
    [
      'an image that is a link, and lines in a caption and a cell',
      'html',
      '<p><a href="/full"><img src="https://i.example/1" alt="A"></a></p><figure><a href="https://a.example/?b=1&amp;c"><img src="https://i.example/2"></a><figcaption>one<br>two</figcaption></figure><table><tr><td>a<br>b|c</td><td>d</td></tr></table>',
      [
        image('https://i.example/1', { alt: 'A', link: '/full' }),
        image('https://i.example/2', { link: 'https://a.example/?b=1&c', caption: 'one\\\ntwo' }),
        table([['a\\\nb|c', 'd']]),
      ],
    ],
    [
      'a poem',
      'wordpress',
      '<!-- wp:verse -->\n<pre class="wp-block-verse">Tides <em>turn</em>,\nboats <a href="/x">wait</a>.\n\nSo do we.</pre>\n<!-- /wp:verse -->',
      [p('Tides *turn*,\\\nboats [wait](/x).'), p('So do we.')],
    ],
    [
      'code and tables in lists',
      'html',
      '<ol start=2><li>a<pre>x\ny</pre>then</li><li>b<ul><li>c<table><tr><td>1<td>2</table></li><li>d</li></ul></li></ol>',
      [
        list(true, ['a'], { start: 2 }),
        { type: 'code', text: 'x\ny', language: null },
        p('then'),
        list(true, [{ text: 'b', list: { ordered: false, items: ['c'] } }], { start: 3 }),
        table([['1', '2']]),
        list(false, ['d']),
      ],
    ],
    [
      'a text behind a list in an item',
      'html',
      '<ol><li>a<ul><li>b<ul><li>c</li></ul>d</li><li>e</li></ul>f</li><li><ul><li>g</li></ul></li><li>h</li></ol>',
      [
        list(true, [
          { text: 'a', list: { ordered: false, items: [{ text: 'b', list: { ordered: false, items: ['c'] } }] } },
        ]),
        p('d'),
        list(false, ['e']),
        p('f'),
        list(true, ['g', 'h'], { start: 2 }),
      ],
    ],
    [
      'the same in Markdown',
      'markdown',
      '- a\n  - b\n\n  c\n- d',
      [list(false, [{ text: 'a', list: { ordered: false, items: ['b'] } }]), p('c'), list(false, ['d'])],
    ],
    [
      'tasks in Markdown',
      'markdown',
      '- [ ] a\n- [x] **b**\n- [X] c\n  1. [x] d\n- \\[x] e\n- [x](/f)\n\n[x] g',
      [
        list(false, ['☐ a', '☑ **b**', { text: '☑ c', list: { ordered: true, items: ['☑ d'] } }, '[x] e', '[x](/f)']),
        p('[x] g'),
      ],
    ],
    [
      'lists of teasers',
      'html',
      '<ul><li><h3>One</h3><p>1</p></li><li><h3>Two</h3></li></ul><ol><li><h3>Three</h3></li></ol>',
      [
        { type: 'heading', level: 3, text: 'One' },
        p('1'),
        { type: 'heading', level: 3, text: 'Two' },
        list(true, ['Three']),
      ],
    ],
    [
      'nothing between the lines of a caption',
      'html',
      '<figure><figcaption>a<pre></pre>b</figcaption></figure>',
      [p('a\\\nb')],
    ],
    ['marks that touch letters', 'html', '<b>Name:</b>text', [p('**Name:**&#x74;ext')]],
  ])('%s', (_, format, value, blocks) => {
    expect(convert({ format, value })).toMatchObject({ blocks })
    expect(convert({ format, value }).warnings.filter(({ code }) => code === 'text-lost')).toEqual([])
    const stored = blocks as Block[]
    if (format === 'wordpress') return
    // Both forms of output read back as the same blocks, as far as they can say it.
    expect(convert({ format: 'html', value: toHtml(stored) }).blocks).toEqual(blocks)
    expect(
      toText(convert({ format: 'markdown', value: toMarkdown(stored) }).blocks)
        .split(/\W+/)
        .sort(),
    ).toEqual(toText(stored).split(/\W+/).sort())
  })

  it.each([
    ['html', toHtml],
    ['markdown', toMarkdown],
  ] as const)('all that a table says comes back from %s', (format, write) => {
    const rows = [
      ['a2', 'b2', 'c2'],
      [{ text: 'x', rowspan: 2 }, '1', '2|3'],
      ['4', '5\\\n6'],
    ]
    const said = { caption: 'Of *all*', headerRows: 1, headerColumns: 1, align: ['left', null, 'right'] }
    const tables = [table(rows, { header: ['a', 'b', 'c'], ...said }), table([[{ text: 'w', colspan: 2 }], ['y', 'z']])]
    expect(convert({ format, value: write(tables as Block[]) })).toEqual({ blocks: tables, warnings: [] })
  })

  it('resolves addresses by the base, and only then', () => {
    const value = '<img src="/a.png" alt="r"><p><a href="b">x</a> <a href="#c">y</a></p>'
    expect(convert({ format: 'html', value, base: 'https://n.example/x/y' }).blocks).toEqual([
      image('https://n.example/a.png', { alt: 'r' }),
      p('[x](https://n.example/x/b) [y](#c)'),
    ])
    expect(convert({ format: 'html', value }).blocks).toEqual([p('r'), p('[x](b) [y](#c)')])
  })

  it('says which words are left out, and where they stood', () => {
    const html = '<noscript>Enable JS</noscript><svg><title>Icon</title></svg><p>a</p>'
    expect(convert({ format: 'html', value: html }).warnings).toEqual(
      expect.arrayContaining([
        { code: 'text-lost', message: '2 words were left out, in a <noscript> element: Enable JS' },
        { code: 'text-lost', message: '1 word was left out, in a <svg> element: Icon' },
      ]),
    )
    const markdown = '[x](/y "title words")\n\n[ref]: nothing'
    expect(convert({ format: 'markdown', value: markdown }).warnings).toEqual([
      {
        code: 'text-lost',
        message: '2 words were left out, in titles of <a> elements: title words',
      },
      { code: 'text-lost', message: '2 words were left out, as a body has no place for them: ref nothing' },
    ])
    const titles = '<p title="Written today"><a href="/x" title="Read on">Read</a> <abbr title="a on">on</abbr></p>'
    expect(convert({ format: 'html', value: titles }).warnings).toEqual([
      { code: 'text-lost', message: '2 words were left out, in titles of <p> elements: Written today' },
      { code: 'text-lost', message: '2 words were left out, in titles of <abbr> elements: a on' },
    ])
  })

  it('says which words of attributes are left out', () => {
    const messages = (format: Format, value: string) =>
      convert({ format, value }).warnings.map(({ message }) => message)
    const own =
      '<x-card title="Hello" data-text="Words here" label="Inside" class="big box">Inside</x-card><area alt="North sea">'
    expect(messages('html', own)).toEqual(
      expect.arrayContaining([
        '2 words were left out, as the conversion could not place them: north sea',
        '3 words were left out, in attributes of <x-card> elements: Hello; Words here',
      ]),
    )
    const post =
      '<!-- wp:acme/box {"heading":"Lost","note":"Kept","className":"is-big a","metadata":{"name":"My box"}} --><p>Kept</p><!-- /wp:acme/box -->'
    expect(messages('wordpress', post)).toEqual(['1 word was left out, in attributes of acme/box blocks: Lost'])
  })

  it('says which links are left out, where a text is plain', () => {
    const html = `<blockquote>Yes.<cite><a href="/a">Ana</a></cite></blockquote><pre><a href="/b">x</a></pre>
      <figure><img src="https://i.example/1"><figcaption>c <small><a href="/c">Wire</a></small></figcaption></figure>`
    expect(convert({ format: 'html', value: html }).warnings).toEqual(
      ['an attribution', 'code', 'a credit'].map((place) => ({
        code: 'link-dropped',
        message: `a link in ${place} was dropped`,
      })),
    )
  })
})

describe('what other programs write', () => {
  const html = (value: string) => convert({ format: 'html', value })

  it('has boxes in lists of tasks, languages of code, and rules above footnotes', () => {
    const value = `<ul><li><label><input type="checkbox" checked="">Done</label></li><li><input type="checkbox"> Open</li></ul>
      <div class="sourceCode"><pre class="sourceCode python"><code class="sourceCode python">x</code></pre></div>
      <p>Read <a href="#fn1" role="doc-noteref">1</a></p>
      <section role="doc-endnotes"><hr><ol><li id="fn1"><p>Note</p></li></ol></section>`
    expect(html(value)).toEqual({
      blocks: [
        { type: 'list', ordered: false, items: ['☑ Done', '☐ Open'] },
        { type: 'code', text: 'x', language: 'python' },
        { type: 'paragraph', text: 'Read [^1]' },
        { type: 'footnotes', items: [{ label: '1', text: 'Note' }] },
      ],
      warnings: [],
    })
  })

  it('has the references of Wikipedia, and the boxes of Notion', () => {
    const value = `<p>Old<sup id="cite_ref-a_1-0" class="reference"><a href="#cite_note-a-1">[1]</a></sup> town<sup class="reference"><a href="#cite_note-a-1">[1]</a></sup></p>
      <ul class="to-do-list"><li><div class="checkbox checkbox-on"></div> <span>Done</span></li><li><div class="checkbox checkbox-off"></div> <span>Open</span></li></ul>
      <ol class="references"><li id="cite_note-a-1"><span class="mw-cite-backlink">^ <a href="#cite_ref-a_1-0"><sup>a</sup></a> <a href="#cite_ref-a_1-1"><sup>b</sup></a></span>
      <span class="reference-text">A <a href="https://r.example">book</a></span></li></ol>`
    expect(html(value)).toEqual({
      blocks: [p('Old[^1] town[^1]'), list(false, ['☑ Done', '☐ Open']), note('1', 'A [book](https://r.example)')],
      warnings: [],
    })
  })

  it('has lists that Word writes as paragraphs', () => {
    const item = (style: string, sign: string, text: string) =>
      `<p class=MsoListParagraph style="mso-list:${style} lfo1"><![if !supportLists]><span><span style="mso-list:Ignore">${sign}<span>&nbsp; </span></span></span><![endif]>${text}<o:p></o:p></p>\n`
    const value = [
      item('l0 level1', '·', 'First <b>item</b>'),
      item('l0 level2', 'o', 'Below'),
      item('l0 level2', 'o', 'Below too'),
      item('l0 level1', '·', 'Last'),
      item('l1 level1', '3.', 'Three'),
      item('l1 level2', 'a)', 'A'),
      item('l1 level1', '4.', 'Four'),
      '<p class=MsoNormal>Between</p>',
      item('l1 level1', '5.', 'Five'),
      item('l2 level2', '1.2.', 'A clause'),
    ].join('')
    const below = (ordered: boolean, ...items: string[]) => ({ ordered, items })
    expect(html(value)).toEqual({
      blocks: [
        list(false, [{ text: 'First **item**', list: below(false, 'Below', 'Below too') }, 'Last']),
        list(true, [{ text: 'Three', list: below(true, 'A') }, 'Four'], { start: 3 }),
        p('Between'),
        list(true, ['Five'], { start: 5 }),
        p('1.2.\u00a0 A clause'),
      ],
      warnings: [],
    })
  })

  it.each([
    [
      'Word',
      `<p>Text<a style="mso-footnote-id:ftn1" href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a> on.</p>
       <div style="mso-element:footnote-list"><br clear=all><hr><div style="mso-element:footnote" id=ftn1><p class=MsoFootnoteText>
       <a style="mso-footnote-id:ftn1" href="#_ftnref1" name="_ftn1"><span class=MsoFootnoteReference>[1]</span></a> The <i>note</i>.</p></div></div>`,
    ],
    [
      'Google Docs',
      `<p>Text<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup> on.</p>
       <div><p><a href="#ftnt_ref1" id="ftnt1">[1]</a><span>&nbsp;The <i>note</i>.</span></p></div>`,
    ],
  ])('has the footnotes of %s', (_, value) => {
    expect(html(value)).toEqual({ blocks: [p('Text[^1] on.'), note('1', 'The *note*.')], warnings: [] })
  })

  it('has no links to notes that were not copied', () => {
    const value = '<p>a<a href="#_ftn3">[3]</a> b<a href="#ftnt3">[4]</a> c<a href="#cmnt1">[a]</a></p>'
    expect(html(value)).toEqual({ blocks: [p('a[3] b[4] c[a]')], warnings: [] })
  })

  it.each(['text', 'html', 'markdown'] as const)('has paragraphs of any length in %s', (format) => {
    const sentences = Array.from({ length: 1_500 }, (_, n) => `Sentence ${n} of *this* story ends here.`)
    const { blocks, warnings } = convert({ format, value: sentences.join(' ') })
    expect(warnings.map(({ code }) => code)).toEqual(['text-divided'])
    expect(blocks.length).toBeGreaterThan(2)
    expect(BodyInput.safeParse(blocks).success).toBe(true)
    const words = toText(blocks as Block[]).replaceAll('*', '')
    expect(words.split(/\s+/)).toEqual(sentences.join(' ').replaceAll('*', '').split(' '))
    expect(blocks.every((block) => 'text' in block && block.text.endsWith('.'))).toBe(true)
  })
})

it('what is long in a <pre> becomes several blocks of code', () => {
  const lines = Array.from({ length: 9_000 }, (_, n) => `result ${n} 😀`)
  for (const value of [lines.join('\n'), lines.join(' ')]) {
    const { blocks, warnings } = convert({ format: 'html', value: `<pre>${value}</pre>` })
    expect(warnings).toEqual([{ code: 'text-divided', message: 'a code that is too long was divided' }])
    expect(BodyInput.safeParse(blocks).success).toBe(true)
    const texts = blocks.map((block) => (block.type === 'code' ? block.text : ''))
    expect(texts.join(value.includes('\n') ? '\n' : '')).toBe(value)
  }
})

/** Without `<select>`, in which the HTML standard ignores all tags but its own. */
const ELEMENTS = [
  ...['a', 'abbr', 'address', 'article', 'aside', 'audio', 'b', 'blockquote', 'button', 'caption', 'center', 'cite'],
  ...['code', 'dd', 'del', 'details', 'div', 'dl', 'dt', 'em', 'figcaption', 'figure', 'font', 'footer', 'form', 'h1'],
  ...['h3', 'i', 'iframe', 'label', 'li', 'math', 'nav', 'noscript', 'object', 'ol', 'option', 'p', 'picture', 'pre'],
  ...['q', 's', 'section', 'small', 'span', 'strong', 'sub', 'summary', 'sup', 'svg', 'table', 'tbody', 'td'],
  ...['template', 'textarea', 'th', 'thead', 'title', 'tr', 'u', 'ul', 'video', 'x-y'],
]
const ATTRIBUTES = [
  ...['', '', '', '', ' class="wp-block-embed"', ' class="footnotes"', ' class="gallery"', ' class="wp-caption"'],
  ...[' class="twitter-tweet"', ' colspan=2', ' rowspan=2', ' style="font-weight:bold"', ' href="https://a.example"'],
  ...[' src="https://a.example/1"', ' role="presentation"', ' id="fn1"', ' href="#fn1"', ' start=1990'],
]

/** Generated texts: `§` stands for a word that occurs once. */
const numbered = (text: string): { value: string; words: string[] } => {
  const words: string[] = []
  const value = text.replace(/§/g, () => `w${words.push(`w${words.length}`) - 1}x`)
  return { value, words: words.map((word) => `${word}x`) }
}

const { htmlTree } = fc.letrec<{ htmlTree: string; node: string }>((tie) => ({
  htmlTree: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('')),
  node: fc.oneof(
    { depthSize: 'medium', maxDepth: 7 },
    fc.constantFrom(
      ' § ',
      ' § ',
      '<br>',
      '<hr>',
      '<img src="https://i.example/1" alt="§">',
      '<img alt="§">',
      '<p>§</p>',
      '<select><option>§</option></select>',
      '<div>§</div>',
    ),
    fc
      .tuple(fc.constantFrom(...ELEMENTS), fc.constantFrom(...ATTRIBUTES), tie('htmlTree'))
      .map(([name, attributes, inner]) => `<${name}${attributes}>${inner}</${name}>`),
  ),
}))

const markdownText = fc
  .array(
    fc.constantFrom(
      ...[
        ' § ',
        ' § ',
        '§',
        '\n',
        '\n\n',
        '> ',
        '- ',
        '1. ',
        '1990. ',
        '    ',
        '**§**',
        '*§',
        '~~',
        '`',
        '`§`',
        '[^1]',
      ],
      ...[
        '\n\n[^1]: §',
        '\n\n[^2]: § ',
        '[§](/a "§")',
        '![§](https://i.example/1 "§")',
        '![§](b)',
        '<b>§</b>',
        '<div>',
      ],
      ...[
        '</div>',
        '<p>§',
        '\n\n<table><tr><td>§</table>\n\n',
        '\n\n|§|§|\n|-|-|\n|§|§\n\n',
        '\n```\n',
        '\n---\n',
        '\\',
      ],
      ...['\n## §\n', '<sup>§</sup>', '&amp;', '<br>', '[§]', '[§]: § "§"', '\t', '§ §\n===\n'],
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''))

/** The words of a source that are in no block and no warning. */
function missing(format: Format, source: string): string[] {
  const { value, words } = numbered(source)
  const { blocks, warnings } = convert({ format, value })
  const found = new Set(JSON.stringify([blocks, warnings]).match(/w\d+x/g))
  return words.filter((word) => !found.has(word))
}

it('superscripts and subscripts of Google Docs are no lost words', () => {
  const value = '<p>10<span style="vertical-align:super">6</span> H<span style="vertical-align:sub">2</span>O</p>'
  const { blocks, warnings } = convert({ format: 'html', value })
  expect(blocks).toMatchObject([p('10<sup>6</sup> H<sub>2</sub>O')])
  expect(warnings).toEqual([])
})

it('blocks of WordPress without HTML are embeds, or in the warnings with their words', () => {
  const value = [
    '<!-- wp:paragraph --><p>Before</p><!-- /wp:paragraph -->',
    '<!-- wp:acf/pullquote {"data":{"quote":"These words are lost","by":["Jane Doe"]}} /-->',
    '<!-- wp:block {"ref":77} /-->',
    '<!-- wp:embed {"url":"https://v.example/1?a=b\\u0026c=d"} /-->',
    '<!-- wp:spacer {"height":"20px"} /-->',
    '<!-- wp:latest-posts /-->',
    '<!-- wp:broken {not json} /-->',
    `<!-- wp:deep ${'['.repeat(9_000)} /-->`,
    '<!-- wp:unfinished {"a":1}',
  ].join('\n')
  const { blocks, warnings } = convert({ format: 'wordpress', value })
  expect(blocks.map(({ type }) => type)).toEqual(['paragraph', 'embed'])
  expect(blocks[1]).toMatchObject({ url: 'https://v.example/1?a=b&c=d' })
  const messages = warnings.map(({ code, message }) => `${code} ${message}`).join('\n')
  for (const name of ['acf/pullquote', 'block', 'latest-posts', 'broken', 'deep'])
    expect(messages).toContain(` ${name} block`)
  expect(messages).toMatch(/text-lost .*These words are lost Jane Doe/)
  expect(messages).not.toContain('spacer')
})

describe('no word is lost', () => {
  it.each<[Format, fc.Arbitrary<string>]>([
    ['html', htmlTree],
    ['wordpress', htmlTree],
    ['markdown', markdownText],
  ])('from %s', (format, source) =>
    fc.assert(
      fc.property(source, (text) => void expect(missing(format, text)).toEqual([])),
      runs(700),
    ),
  )

  it('and none is joined to one in another block', () => {
    const separate = fc.constantFrom(...['p', 'div', 'li', 'h2', 'dd', 'section'].map((name) => `<${name}>§</${name}>`))
    const nested = fc.array(
      fc.oneof(
        separate,
        fc.constantFrom(
          '<br>',
          '<hr>',
          '<b>',
          '</b>',
          '<a href=/x>',
          '</a>',
          '<ul>',
          '</ul>',
          '<table><tr>',
          '</table>',
          '<blockquote>',
          '</blockquote>',
          '<figure>',
          '</figure>',
          '<figcaption>',
        ),
      ),
      { maxLength: 15 },
    )
    fc.assert(
      fc.property(nested, (parts) => {
        const { value } = numbered(parts.join(''))
        expect(JSON.stringify(convert({ format: 'html', value }).blocks)).not.toMatch(/w\d+xw\d+x/)
      }),
      runs(300),
    )
  })

  it('where blocks are written as HTML and read again', () =>
    fc.assert(
      fc.property(htmlTree, (source) => {
        const { blocks } = convert({ format: 'html', value: numbered(source).value })
        expect(convert({ format: 'html', value: toHtml(blocks as Block[]) }).blocks).toEqual(blocks)
      }),
      runs(300),
    ))
})

interface Vector {
  text: string
  paragraphs: Run[][]
}
const vectors: Vector[] = JSON.parse(readFileSync(new URL('../../docs/inline-vectors.json', import.meta.url), 'utf8'))

/** The function of an example, which has no types. */
const exampleOf = async (name: string): Promise<(runs: Run[], platform: unknown) => unknown[]> =>
  (await import(new URL(`../../docs/${name}`, import.meta.url).href)).renderRuns

/** A document whose nodes are their HTML. */
const fakeDocument = () => {
  const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  const node = (name: string) => {
    const children: { html(): string }[] = []
    let attributes = ''
    return {
      appendChild: (child: { html(): string }) => children.push(child),
      setAttribute: (key: string, value: string) => {
        attributes += ` ${key}="${escaped(value)}"`
      },
      html: () => {
        const inner = children.map((child) => child.html()).join('')
        return name === '' ? inner : `<${name}${attributes}>${inner}</${name}>`
      },
    }
  }
  return {
    createElement: node,
    createDocumentFragment: () => node(''),
    createTextNode: (text: string) => ({ html: () => escaped(text) }),
  }
}

describe('the examples of the documentation', () => {
  it.each(vectors)('$text is read as the vector says', ({ text, paragraphs }) => {
    expect(parseInline(text).map(tidyRuns)).toEqual(paragraphs)
  })

  const rich: Run[] = [
    { text: '<script>\nx', marks: ['strong', { type: 'link', href: '/a?b&c' }] },
    { text: '[1]', marks: [{ type: 'footnote', label: '1' }] },
  ]
  it('build DOM nodes', async () => {
    const renderRuns = await exampleOf('render-dom.js')
    const nodes = renderRuns(rich, fakeDocument()) as { html(): string }[]
    expect(nodes.map((node) => node.html()).join('')).toBe(
      '<a href="/a?b&amp;c"><strong>&lt;script><br></br>x</strong></a><a href="#fn-1">[1]</a>',
    )
  })

  it('build React elements', async () => {
    const renderRuns = await exampleOf('render-react.js')
    const createElement = (type: string, { key: _, ...props }: object & { key?: unknown }, ...children: unknown[]) => [
      type,
      props,
      ...children,
    ]
    expect(
      renderRuns(rich, (...args: Parameters<typeof createElement>) => ({ element: createElement(...args) })),
    ).toEqual([
      {
        element: ['a', { href: '/a?b&c' }, { element: ['strong', {}, '<script>', { element: ['br', {}] }, 'x'] }],
      },
      { element: ['a', { href: '#fn-1' }, '[1]'] },
    ])
  })
})

describe('inline Markdown', () => {
  const mark = fc.constantFrom<Mark>(
    ...(['strong', 'emphasis', 'strikethrough', 'superscript', 'subscript', 'code'] as const),
    { type: 'link', href: 'https://x.example/_a_(b)' },
  )
  const text = fc.oneof(
    fc.stringMatching(/^[a-c *_~`[\]()<>&;#!|\\:\n/.^-]{1,8}$/),
    fc.constantFrom('a', 'b c', 'x.', '(y)', '😀'),
  )
  const run: fc.Arbitrary<Run> = fc.record({ text, marks: fc.uniqueArray(mark, { maxLength: 3 }) })

  it('reads back as the runs that were written', () =>
    fc.assert(
      fc.property(fc.array(run, { maxLength: 5 }), (generated) => {
        const sent = tidyRuns(generated)
        const read = parseInline(writeInline(sent))
        const plain = (of: Run[]) => of.map((one) => one.text).join('')
        expect(read.length).toBeLessThanOrEqual(1)
        expect(plain(tidyRuns(read[0] ?? []))).toBe(plain(sent))
        const marks = new Set(sent.flatMap((one) => one.marks))
        // Of marks in marks some combinations have no form; one kind of mark always has.
        if (marks.size <= 1) expect(tidyRuns(read[0] ?? [])).toEqual(sent)
      }),
      runs(500),
    ))
})

/** The time of the processor for a task, in milliseconds. */
function cost(task: () => void): number {
  const before = process.cpuUsage()
  try {
    task()
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableBody)
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** How often each size is measured at least, and at most while the result is above the limit. */
const ROUNDS = [5, 60] as const
const MAX_GROWTH = 6

/**
 * How much longer four times as much takes. The least of several measurements of each size is what the task itself takes:
 * others include the compiler and the garbage collector. The latter takes more for large texts, as it copies all that a
 * task still uses; so the texts are as short as can be measured.
 */
function growth(task: (n: number) => () => void, n: number): number {
  const [small, large] = [task(n), task(4 * n)]
  const least = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY }
  const ratio = () => least.large / least.small
  for (let round = 0; round < ROUNDS[0] || (round < ROUNDS[1] && ratio() >= MAX_GROWTH); round += 1) {
    least.small = Math.min(least.small, cost(small))
    least.large = Math.min(least.large, cost(large))
  }
  return ratio()
}

describe('time is linear', () => {
  const markdown = (value: string) => () => convert({ format: 'markdown', value })
  const html = (value: string) => () => convert({ format: 'html', value })
  const definition = `[${'a'.repeat(900)}]: /x\n\n`
  const page = (n: number) => `<div><p>An <b>ordinary</b> page with <a href="/x">links</a>.</p></div>`.repeat(n)
  it.each<[string, number, (n: number) => () => unknown]>([
    ['brackets', 3000, (n) => markdown('a]'.repeat(n))],
    ['references', 800, (n) => markdown(definition + '[a] '.repeat(n))],
    ['quotes', 300, (n) => markdown('> a\n\n'.repeat(n))],
    ['links in links', 500, (n) => html('<a href=x>'.repeat(n))],
    ['emphasis', 500, (n) => html('<em>.</em>b'.repeat(n))],
    ['a page', 150, (n) => html(page(n))],
    ['emphasis in a block', 300, (n) => () => writeInline(tidyRuns(parseInline('a*'.repeat(n))[0] ?? []))],
    ['brackets in a block', 300, (n) => () => parseInline('[a]('.repeat(n))],
    ['backticks in a block', 1000, (n) => () => parseInline('``a` '.repeat(n))],
    ['Thai without spaces', 1000, (n) => () => countWords('ภาษาไทย'.repeat(n), 'th')],
    ['Han without spaces', 1000, (n) => () => countWords('渡船今天停航'.repeat(n), 'zh')],
  ])('for %s', (_, n, task) => {
    expect(growth(task, n)).toBeLessThan(MAX_GROWTH)
  })
})
