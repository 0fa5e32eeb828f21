/** Builds React elements of the runs of a text (`?body=rich`). An example to copy. */

const TAGS = {
  strong: 'strong',
  emphasis: 'em',
  strikethrough: 'del',
  superscript: 'sup',
  subscript: 'sub',
  code: 'code',
}

/** The elements for an array of runs; `createElement` is that of React. */
export function renderRuns(runs, createElement) {
  return runs.map(({ text, marks }, key) => {
    const lines = text.split('\n').flatMap((line, i) => (i === 0 ? [line] : [createElement('br', { key: i }), line]))
    return marks.reduce((inner, mark, depth) => {
      const props = { key: depth === marks.length - 1 ? key : undefined }
      if (mark.type === 'link') props.href = mark.href
      if (mark.type === 'footnote') props.href = `#fn-${mark.label}`
      return createElement(typeof mark === 'string' ? TAGS[mark] : 'a', props, ...[inner].flat())
    }, lines)
  })
}
