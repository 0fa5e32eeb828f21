/** The growth as a picture (SVG): replies a second in newsrooms of several sizes, as ratios to the smallest. */

const WIDTH = 860
const HEIGHT = 420
const LEFT = 50
const RIGHT = 330
const TOP = 20
const BOTTOM = 50
const COLOURS = ['#1b6ca8', '#c1440e', '#2e7d32', '#6a1b9a', '#8d6e00', '#00838f', '#ad1457', '#455a64', '#5d4037']
/** The least distance between two labels, in pixels. */
const LABEL = 16

/**
 * The read cases, without the response cache.
 * @param {import('./growth.js').Growth} growth
 */
export function growthPlot(growth) {
  const { sizes } = growth
  const lines = linesOf(growth)
  const highest = Math.max(1, ...lines.flatMap(({ ratios }) => ratios)) * 1.1
  const x = (/** @type {number} */ size) =>
    LEFT + (Math.log(size / sizes[0]) / Math.log(sizes.at(-1) / sizes[0])) * (WIDTH - LEFT - RIGHT)
  const y = (/** @type {number} */ ratio) => HEIGHT - BOTTOM - (ratio / highest) * (HEIGHT - TOP - BOTTOM)
  const labels = spread(lines.map(({ ratios }) => y(ratios.at(-1))))
  const drawn = lines.map(({ title, ratios }, index) => {
    const colour = COLOURS[index % COLOURS.length]
    const points = ratios.map((ratio, at) => `${x(sizes[at]).toFixed(1)},${y(ratio).toFixed(1)}`).join(' ')
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>
<text x="${WIDTH - RIGHT + 10}" y="${labels[index] + 4}" fill="${colour}">${title}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<title>Replies per second by number of articles, relative to the smallest</title>
<rect width="100%" height="100%" fill="#fff"/>
${[0, 0.5, 1].map((ratio) => gridLine(y(ratio), ratio)).join('\n')}
${sizes.map((size) => `<text x="${x(size)}" y="${HEIGHT - 28}" text-anchor="middle">${size.toLocaleString('en')}</text>`).join('\n')}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">articles</text>
${drawn.join('\n')}
</svg>
`
}

/** @param {import('./runs.js').Run[]} runs */
/** The more expensive of the two: without the response cache. */
function linesOf({ cases }) {
  return cases.map(({ title, uncached }) => ({
    title: title.replaceAll('`', ''),
    ratios: uncached.map((value) => value / uncached[0]),
  }))
}

const gridLine = (/** @type {number} */ at, /** @type {number} */ ratio) =>
  `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#ddd"/>
<text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${ratio}</text>`

/**
 * Places for labels near where they belong, none over another.
 * @param {number[]} desired
 */
function spread(desired) {
  const order = desired.map((_, index) => index).sort((a, b) => desired[a] - desired[b])
  const placed = [...desired]
  let free = TOP
  for (const [rank, index] of order.entries()) {
    const room = HEIGHT - BOTTOM - (order.length - 1 - rank) * LABEL
    placed[index] = Math.min(Math.max(desired[index], free), room)
    free = placed[index] + LABEL
  }
  return placed
}
