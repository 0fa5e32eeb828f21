import type { SampleArticle } from './types.ts'

export const scienceStories: SampleArticle[] = [
  {
    slug: 'tide-gauges-reach-hundred-years',
    headline: 'A hundred years of tides, one hour at a time',
    kicker: 'Long read',
    standfirst:
      'The gauge at Cape Tallow has been read every hour for a century. What it shows is small, steady and worth knowing.',
    summary:
      'The tide gauge at Cape Tallow completes a century of hourly readings, among the longest records in the southern seas.',
    dateline: { city: 'Cape Tallow', country: 'NZ' },
    section: 'science',
    authors: ['niamh-sallowby'],
    tags: ['marine-science', 'data', 'history'],
    body: [
      {
        type: 'paragraph',
        text: 'At nine on Saturday morning a forecaster will walk down 112 steps to a hut on the rocks, read a number from a brass scale and write it in a book. It will be the 876,600th time that somebody has done so, near enough, and it will complete a century.',
      },
      {
        type: 'paragraph',
        text: 'The gauge was built by a keeper of the light who wanted to know when he could reach his lobster pots. An electric float does the work now, but the brass scale is still read once a day, so that old and new can be compared.',
      },
      {
        type: 'quote',
        text: 'Anyone can measure the sea. The difficult thing is to measure it the same way as your grandmother did.',
        source: 'bram-tolliver-haye',
      },
      { type: 'heading', level: 2, text: 'What the book says' },
      {
        type: 'table',
        header: ['Years', 'Mean level (mm)', 'Highest hour (mm)'],
        rows: [
          ['1 to 25', '1,842', '3,610'],
          ['26 to 50', '1,871', '3,655'],
          ['51 to 75', '1,914', '3,702'],
          ['76 to 100', '1,989', '3,844'],
        ],
      },
      {
        type: 'paragraph',
        text: 'The mean has risen by 147 millimetres from the first quarter-century to the last, and half of that came between the last two. The land at Cape Tallow is sinking too, by roughly a third of a millimetre a year, and the figures above have not been corrected for it.',
      },
      { type: 'heading', level: 3, text: 'Read it yourself' },
      {
        type: 'paragraph',
        text: 'The series is public. Each row is an hour, a station and a height, and a yearly mean takes one line:',
      },
      {
        type: 'code',
        text: "select substr(hour, 1, 4) as year, round(avg(height_mm)) as mean\nfrom tide_gauge\nwhere station = 'cape-tallow'\ngroup by year\norder by year;",
        language: 'sql',
      },
      {
        type: 'paragraph',
        text: 'There are gaps: eleven days when the hut was washed away, and one New Year’s Eve on which the book says only “fog, merry”. The service has left them empty.',
      },
    ],
    citations: [
      {
        source: 'bram-tolliver-haye',
        relation: 'quoted',
        quote: 'Anyone can measure the sea. The difficult thing is to measure it the same way as your grandmother did.',
      },
      {
        source: 'tide-gauge-series',
        relation: 'cited',
        note: 'Quarter-century means worked out by the Courier from hourly values',
        url: 'https://example.org/weather/tide-gauges.csv',
        accessedAt: '2025-09-08T08:15:00Z',
      },
    ],
    relatedLinks: [
      {
        url: 'https://example.org/weather/cape-tallow',
        title: 'The station at Cape Tallow',
        teaser: 'Open to visitors on the first Sunday of the month.',
        publisher: 'Islands Meteorological Service',
        label: 'Visit',
      },
    ],
    seo: {
      title: 'Cape Tallow tide gauge: a century of sea level',
      description: 'What one hundred years of hourly readings show, and how to read the data.',
    },
    publish: true,
  },
  {
    slug: 'lamp-petrels-return-to-quarrel-point',
    headline: 'Lamp petrels return to Quarrel Point after rats are cleared',
    summary:
      'Fourteen pairs of a seabird not seen on the headland for a generation have dug burrows above the marine institute.',
    dateline: { city: 'Quarrel Point', country: 'NZ' },
    section: 'science',
    authors: ['niamh-sallowby'],
    tags: ['marine-science'],
    body: [
      {
        type: 'paragraph',
        text: 'For thirty-one years the slope above the Strait Marine Institute was silent after dark. Since the middle of June it has sounded, in the words of one research student, *like a drawer of squeaky toys*.',
      },
      {
        type: 'paragraph',
        text: 'The sound is made by lamp petrels, small grey seabirds that come ashore only at night. The institute has counted fourteen burrows in use, three years after volunteers cleared the last rats from the headland.',
      },
      {
        type: 'image',
        url: 'https://example.org/images/petrel-burrow.jpg',
        alt: 'A grass slope with a numbered peg beside a small burrow',
        caption: 'Each burrow has a peg and a number. Nobody is allowed to give the birds names, and everybody does.',
        credit: 'Strait Marine Institute',
      },
      {
        type: 'quote',
        text: 'We played recordings of their calls for two seasons. In the third season something answered.',
        source: 'sefton-linwold',
      },
      {
        type: 'paragraph',
        text: 'A pair raises a single chick, which stays underground for almost three months. If half of this year’s eggs succeed, Dr Sefton Linwold of the institute said, the colony could double within a decade.',
      },
      {
        type: 'list',
        ordered: false,
        items: [
          'Keep to the boardwalk between dusk and dawn.',
          'Leave dogs at the gate.',
          'Use red torches: white light confuses birds coming in from the sea.',
        ],
      },
      { type: 'paragraph', text: 'Guided visits begin in August, twelve people at a time, and are free to schools.' },
    ],
    citations: [
      {
        source: 'sefton-linwold',
        relation: 'quoted',
        quote: 'We played recordings of their calls for two seasons. In the third season something answered.',
      },
      { source: 'marine-institute', relation: 'photo', url: 'https://example.org/marine-institute/pictures/petrels' },
    ],
    publish: true,
  },
  {
    slug: 'forecasters-expect-wet-spring',
    headline: 'Forecasters expect a wet spring in the west and a dry one in the Tarn Valley',
    summary: 'A seasonal outlook gives two chances in three of more rain than usual on the west coast.',
    dateline: { city: 'Cape Tallow', country: 'NZ' },
    section: 'science',
    authors: ['niamh-sallowby'],
    tags: ['storm-season', 'data'],
    body: [
      {
        type: 'paragraph',
        text: 'The west coast should prepare for a wetter spring than usual and farmers in the Tarn Valley for a drier one, the Islands Meteorological Service said in an outlook on Friday.',
      },
      {
        type: 'paragraph',
        text: 'The service puts the chance of above-average rain at Hollin Bay at 66 per cent, and at Wrenfield at only 24. It blames a belt of warm water to the north, which draws the rain-bearing winds round by the west and leaves the valley in the shelter of the hills.',
      },
      {
        type: 'table',
        header: ['Place', 'Wetter', 'Near average', 'Drier'],
        rows: [
          ['Hollin Bay', '66%', '22%', '12%'],
          ['Port Ellery', '48%', '31%', '21%'],
          ['Wrenfield', '24%', '30%', '46%'],
          ['Little Orme', '55%', '27%', '18%'],
        ],
      },
      {
        type: 'quote',
        text: 'An outlook is not a forecast. It tells you which way the dice are weighted, not what you will throw.',
        source: 'bram-tolliver-haye',
      },
      {
        type: 'paragraph',
        text: 'The outlook has been published each season for twelve years. The service marks its own work: it named the likeliest of the three outcomes correctly in 29 seasons of 48, where guessing would have managed 16.',
      },
      {
        type: 'paragraph',
        text: 'Storage ponds in the valley stand at 71 per cent, slightly below the usual level for the month.',
      },
    ],
    citations: [
      {
        source: 'bram-tolliver-haye',
        relation: 'quoted',
        quote: 'An outlook is not a forecast. It tells you which way the dice are weighted, not what you will throw.',
      },
      {
        source: 'meteorological-service',
        relation: 'cited',
        note: 'Seasonal outlook, spring',
        url: 'https://example.org/weather/outlook',
      },
    ],
    relatedLinks: [{ article: 'storm-closes-harbour', label: 'Check also' }],
    publish: true,
  },
  {
    slug: 'seabed-map-shows-drowned-river',
    headline: 'New map of the seabed shows a drowned river',
    kicker: 'Discovery',
    summary:
      'A sonar survey of the strait has traced the old course of the River Tarn for nineteen kilometres beyond its mouth.',
    dateline: { city: 'Quarrel Point', country: 'NZ' },
    section: 'science',
    authors: ['niamh-sallowby'],
    tags: ['marine-science', 'history'],
    body: [
      {
        type: 'paragraph',
        text: 'The River Tarn once ran nineteen kilometres further than it does today, through a wooded plain that is now forty metres under water, according to a map of the seabed released by the Strait Marine Institute.',
      },
      {
        type: 'paragraph',
        text: 'The map took four summers. A launch the size of a bus went up and down the strait at the speed of a cyclist, sounding a strip a hundred metres wide on each pass, until the strips met.',
      },
      {
        type: 'quote',
        text: 'You can follow it bend by bend, and at one of the bends there are tree stumps, still standing.',
        source: 'sefton-linwold',
      },
      { type: 'heading', level: 2, text: 'Useful as well as lovely' },
      {
        type: 'paragraph',
        text: 'Fishers at Hollin Bay have long known the channel as *the Lane*, a place where nets snag and crabs are plentiful. The survey gives the cooperative exact positions for sixty obstacles that its boats had marked only by memory.',
      },
      {
        type: 'paragraph',
        text: 'It also found two wrecks that are on no chart. One is a wooden vessel of about twenty metres with a cargo of roof slates; the other has not been identified. Their positions will be kept back until archaeologists have seen them.',
      },
      { type: 'embed', url: 'https://example.org/maps/drowned-tarn', provider: 'Strait Marine Institute' },
      { type: 'divider' },
      {
        type: 'paragraph',
        text: '*The map may be used freely, with credit to the institute. The Courier has corrected the place names to the spelling used by the harbour office.*',
      },
    ],
    citations: [
      {
        source: 'sefton-linwold',
        relation: 'quoted',
        quote: 'You can follow it bend by bend, and at one of the bends there are tree stumps, still standing.',
      },
      {
        source: 'marine-institute',
        relation: 'cited',
        url: 'https://example.org/marine-institute/seabed-map',
        accessedAt: '2025-10-09T13:05:00Z',
      },
    ],
    relatedLinks: [
      { article: 'tide-gauges-reach-hundred-years', label: 'Check also' },
      { article: 'dredger-clears-north-channel', label: 'Check also' },
    ],
    publish: true,
  },
]
