import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-5'

const root = new URL('../../', import.meta.url)
const textOf = (path: string) => readFileSync(new URL(path, root), 'utf8')

const sources = readdirSync(fileURLToPath(new URL('src/', root)), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ts.createSourceFile(file, textOf(`src/${file}`), ts.ScriptTarget.Latest, true))

/** `publicCache_Reply` as `public cache reply`. */
const wordsIn = (text: string) =>
  text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')

/** The names that a file exports at its top level. */
function exportsOf(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText())
    return 'name' in statement ? [(statement.name as ts.Identifier).text] : []
  })
}

/** The identifiers and comments of a file, without its strings: these are texts of the API. */
function vocabularyOf(source: ts.SourceFile): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.push(node.text)
    if (node.getChildCount(source) === 0)
      for (const { pos, end } of ts.getLeadingCommentRanges(source.text, node.pos) ?? [])
        found.push(source.text.slice(pos, end))
    for (const child of node.getChildren(source)) visit(child)
  }
  visit(source)
  return found
}

/** The terms of the glossary in docs/concepts.md. */
const glossary = [...(textOf('docs/concepts.md').split('## Glossary')[1] ?? '').matchAll(/^\| ([a-z ]+?) +\|/gm)]
  .map(([, term = '']) => term)
  .filter((term) => term !== 'term')

/** Words with which this project once named what the field has other words for. */
const PRIVATE_WORDS = [
  'asked',
  'deed',
  'keeping',
  'kept',
  'memo',
  'newsstand',
  'patience',
  'rehearsal',
  'rehearse',
  'seal',
  'sealed',
  'shelf',
  'shelves',
  'telling',
  'tells',
  'ticker',
  'told',
  'wanted',
  'whoever',
]

const vocabularies = new Map(sources.map((source) => [source, vocabularyOf(source)]))

describe('the words of the code', () => {
  it('has no name that is exported by two files', () => {
    const files = new Map<string, Set<string>>()
    for (const source of sources)
      for (const name of exportsOf(source)) files.set(name, (files.get(name) ?? new Set()).add(source.fileName))
    expect(files.size).toBeGreaterThan(500)
    expect([...files].filter(([, { size }]) => size > 1).map(([name, in_]) => [name, ...in_])).toEqual([])
  })

  it('are those of the glossary, which has twenty terms at most', () => {
    const code = [...vocabularies.values()].map((vocabulary) => wordsIn(vocabulary.join('\n'))).join(' ')
    expect(glossary.length).toBeGreaterThan(10)
    expect(glossary.length).toBeLessThanOrEqual(20)
    expect(glossary.filter((term) => !new RegExp(`\\b${term}s?\\b`).test(code))).toEqual([])
  })

  it('are not private ones, in identifiers and comments', () => {
    const isPrivate = new RegExp(`\\b(${PRIVATE_WORDS.join('|')})\\b`)
    const found = [...vocabularies]
      // The sample is prose, not code.
      .filter(([{ fileName }]) => !fileName.startsWith('sample/'))
      .flatMap(([source, vocabulary]) =>
        [...new Set(vocabulary)]
          .filter((text) => isPrivate.test(wordsIn(text)))
          .map((text) => `${source.fileName}: ${text}`),
      )
    expect(found).toEqual([])
  })
})

describe('the documentation of the code', () => {
  const docs = readdirSync(fileURLToPath(new URL('docs/', root))).filter((file) => file.endsWith('.md'))

  it('names only files that exist', () => {
    const path = /(?<![\w/.-])(?:src|test|bench|migrations|openapi|docs)\/[\w./-]*\w\/?/g
    const missing = ['README.md', 'CONTRIBUTING.md', ...docs.map((file) => `docs/${file}`)].flatMap((page) =>
      [...textOf(page).matchAll(path)]
        .filter(([named]) => !existsSync(new URL(named, root)))
        .map(([named]) => `${page} names ${named}`),
    )
    expect(missing).toEqual([])
  })

  it('leads through a list in at most 8 files, and through a publication in at most 15', () => {
    const walks = textOf('CONTRIBUTING.md')
      .split(/^#+ /m)
      .filter((part) => part.startsWith('How a'))
    const files = walks.map(
      (walk) => new Set([...walk.matchAll(/^\d+\. `(src\/\S+\.ts)`/gm)].map(([, file]) => file)).size,
    )
    expect(files).toEqual([8, 15])
  })
})
