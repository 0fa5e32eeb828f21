/** Builds DOM nodes of the runs of a text (`?body=rich`). An example to copy. */

const TAGS = {
  strong: 'strong',
  emphasis: 'em',
  strikethrough: 'del',
  superscript: 'sup',
  subscript: 'sub',
  code: 'code',
}

/** The nodes for an array of runs; `document` is that of the page. */
export function renderRuns(runs, document) {
  return runs.map(({ text, marks }) => {
    const lines = document.createDocumentFragment()
    for (const [i, line] of text.split('\n').entries()) {
      if (i > 0) lines.appendChild(document.createElement('br'))
      lines.appendChild(document.createTextNode(line))
    }
    return marks.reduce((inner, mark) => {
      const outer = document.createElement(typeof mark === 'string' ? TAGS[mark] : 'a')
      if (mark.type === 'link') outer.setAttribute('href', mark.href)
      if (mark.type === 'footnote') outer.setAttribute('href', `#fn-${mark.label}`)
      outer.appendChild(inner)
      return outer
    }, lines)
  })
}
