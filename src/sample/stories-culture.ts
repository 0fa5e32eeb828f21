import type { SampleArticle } from './types.ts'

export const cultureStories: SampleArticle[] = [
  {
    slug: 'foghorn-concerto-gets-its-fog',
    headline: 'The Foghorn Concerto gets its fog at last',
    kicker: 'Review',
    standfirst: 'Three years of clear evenings had spoiled the premiere. On Saturday the weather learned its part.',
    summary: 'A concerto for brass band and lighthouse was heard at Cape Tallow as its composer intended.',
    dateline: { city: 'Cape Tallow', country: 'NZ' },
    section: 'culture',
    authors: ['luc-aubertin-brey'],
    tags: ['music', 'history'],
    body: [
      {
        type: 'paragraph',
        text: 'The score asks for twenty-eight brass players, two sets of drums, a foghorn in low E flat and, in a footnote, *fog*. At Cape Tallow on Saturday the Eastquay Silver Band had all four for the first time.',
      },
      {
        type: 'paragraph',
        text: 'The concerto was written three years ago for the horn that warned ships off the cape until it was retired. Each summer it has been played on the cliff, and each summer the evening has been offensively clear. This year the bank rolled in during the slow movement, took away first the sea, then the lighthouse and finally the trombones.',
      },
      {
        type: 'quote',
        text: 'I could no longer see my own beat. They played better.',
        attribution: 'The conductor, afterwards',
      },
      { type: 'heading', level: 2, text: 'A note you can stand on' },
      {
        type: 'paragraph',
        text: 'The horn speaks nine times, for four seconds each. It is less a sound than a change in the ground. Around it the band lays long, slow chords that lean and straighten, like people waiting for a boat.',
      },
      {
        type: 'paragraph',
        text: 'Only the finale disappoints: a hornpipe, neat and jolly, as if the composer had been told that audiences like to leave smiling. This one would have been glad to stay where it was.',
      },
      { type: 'embed', url: 'https://example.org/audio/foghorn-concerto', provider: 'Courier Audio' },
      {
        type: 'paragraph',
        text: 'It will be played again on the last Saturday of the month. The meteorological service, asked for an outlook, declined to be reviewed.',
      },
    ],
    relatedLinks: [{ article: 'tide-gauges-reach-hundred-years', label: 'Also at Cape Tallow' }],
    publish: true,
  },
  {
    slug: 'museum-unrolls-chart-drawn-by-a-cook',
    headline: 'Museum unrolls a chart drawn by a ship’s cook',
    summary:
      'A three-metre chart of the islands, found behind a dresser, turns out to be both early and remarkably exact.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'culture',
    authors: ['luc-aubertin-brey'],
    tags: ['history', 'marine-science'],
    body: [
      {
        type: 'paragraph',
        text: 'For as long as anyone can remember, a roll of sailcloth kept the draught from a kitchen in Hollin Bay. Since Thursday it has lain under glass in the Harbour Museum, and people have been queuing to see it.',
      },
      {
        type: 'paragraph',
        text: 'It is a chart of the whole coast, three metres long, drawn in ink and what the conservators believe to be *strong tea*. A note in the corner says that it was made by the cook of a survey ship, “the gentlemen being ill”.',
      },
      {
        type: 'image',
        url: 'https://example.org/images/cooks-chart.jpg',
        alt: 'A long brown chart of a coastline on cloth, with soundings in small figures',
        caption: 'The chart shows 612 soundings, and the best places to find mussels.',
        credit: 'Harbour Museum, Port Ellery',
      },
      { type: 'heading', level: 3, text: 'Held against the sonar' },
      {
        type: 'paragraph',
        text: 'The marine institute compared the cook’s soundings with its own new map. Allowing for the rise of the sea, four in five agree to within a fathom. The drowned bed of the Tarn is there too, a faint dotted line marked “soft”.',
      },
      {
        type: 'quote',
        text: 'I have colleagues with satellites who are less careful than this cook.',
        source: 'sefton-linwold',
      },
      {
        type: 'paragraph',
        text: 'The ship’s muster book gives only a first name, Perpetua. The museum would like to hear from any family with a story to match.',
      },
    ],
    citations: [
      {
        source: 'sefton-linwold',
        relation: 'quoted',
        quote: 'I have colleagues with satellites who are less careful than this cook.',
      },
    ],
    relatedLinks: [
      { article: 'seabed-map-shows-drowned-river', label: 'The modern map' },
      {
        url: 'https://example.org/harbour-museum',
        title: 'Opening hours',
        publisher: 'Harbour Museum',
        label: 'Visit',
      },
    ],
    publish: true,
  },
  {
    slug: 'radio-serial-keeps-the-islands-up-late',
    headline: 'The radio serial that keeps the islands up late',
    summary: 'Eleven minutes a night, one lighthouse and no explosions: how “The Third Keeper” found its listeners.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'culture',
    authors: ['luc-aubertin-brey'],
    tags: ['history', 'music'],
    body: [
      {
        type: 'paragraph',
        text: 'At ten minutes to eleven, four nights a week, kettles go on across the islands. The grid’s engineers can see it: a small hill on the evening’s curve, just before *The Third Keeper* begins.',
      },
      {
        type: 'paragraph',
        text: 'The serial follows three people in a lighthouse, one of whom may not exist. Very little happens. In the twenty-sixth episode a door that has been shut since the first was opened, and behind it there was a broom.',
      },
      {
        type: 'quote',
        text: 'Listeners wrote in to say what the broom meant. They were all right, so we changed nothing.',
        attribution: 'The writers, in a joint letter',
      },
      { type: 'heading', level: 2, text: 'Made in a wardrobe' },
      {
        type: 'paragraph',
        text: 'Everything is recorded in a former cloakroom of the Assembly Rooms, where the coats were found to swallow echoes. The sea is a tray of dried peas. The wind is the sound engineer, breathing.',
      },
      {
        type: 'list',
        ordered: false,
        items: ['Episodes so far: 104', 'Speaking parts: 7', 'Listeners on an ordinary night: 23,000', 'Brooms: 1'],
      },
      {
        type: 'paragraph',
        text: 'A second series is promised for the winter. The writers will say only that it has a staircase in it.',
      },
    ],
    relatedLinks: [{ article: 'guest-houses-report-busier-winter', label: 'Check also' }],
    publish: true,
  },
  {
    slug: 'a-bridge-is-a-promise-kept-yearly',
    headline: 'A bridge is a promise that has to be kept every year',
    kicker: 'Leading article',
    summary: 'The repair was quick and well done. It should not have taken a storm to bring it about.',
    section: 'opinion',
    authors: ['courier-newsdesk'],
    tags: ['infrastructure', 'storm-season'],
    body: [
      {
        type: 'paragraph',
        text: 'The people who lifted the harbour bridge by the width of a thumb, three nights running, in sleet, deserve the town’s thanks. They have ours. The bridge is open, and it is safer than it was a month ago.',
      },
      {
        type: 'paragraph',
        text: 'It could have been as safe two years ago. The engineers’ report said then that two bearings were declining and should be measured each spring. They were measured once. No one decided against it; there was simply always something more pressing.',
      },
      {
        type: 'quote',
        text: 'Bearings 2A and 2B: fair, declining. Measure yearly.',
        source: 'bridge-inspection-report',
      },
      {
        type: 'paragraph',
        text: 'That is how most things fail: not by anyone’s choice, but by the patient addition of other priorities. Upkeep has no ribbon to cut. Nobody’s name is ever put on a bolt that was tightened in time.',
      },
      { type: 'heading', level: 3, text: 'Three modest proposals' },
      {
        type: 'list',
        ordered: true,
        items: [
          'Publish every inspection on the day it is signed.',
          'List beside each finding the date by which it will be dealt with, and by whom.',
          'Read that list aloud in the Assembly once a year, including the dates that were missed.',
        ],
      },
      {
        type: 'paragraph',
        text: 'None of these costs as much as one night with the jacks. We should like to see the first of them before the next gale.',
      },
    ],
    citations: [
      {
        source: 'bridge-inspection-report',
        relation: 'quoted',
        quote: 'Bearings 2A and 2B: fair, declining. Measure yearly.',
        note: 'Section 4',
        url: 'https://example.org/works/bridge-inspection.pdf',
      },
    ],
    relatedLinks: [
      { article: 'bridge-inspection-finds-worn-bearings', label: 'The report' },
      { article: 'harbour-bridge-reopens-after-storm-repairs', label: 'The repair' },
    ],
    publish: true,
  },
]
