import type { SampleArticle } from './types.ts'

export const harbourStories: SampleArticle[] = [
  {
    slug: 'storm-closes-harbour',
    headline: 'Storm closes harbour for a second day',
    kicker: 'Gale warning',
    standfirst:
      'Ferries are tied up, the bridge is shut and the pilots are ashore. The wind should ease before dawn on Thursday.',
    summary: 'Port Ellery’s harbour stayed closed on Wednesday as a southerly gale drove seas over the outer mole.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'harbour',
    authors: ['ana-moreau'],
    tags: ['storm-season', 'ferries'],
    body: [
      {
        type: 'paragraph',
        text: 'No ship entered or left Port Ellery on Wednesday, the **second day** of a southerly gale that has thrown spray as high as the lamp room on the outer mole and left four thousand ferry passengers waiting for a timetable.',
      },
      {
        type: 'paragraph',
        text: 'The harbour master ordered the port shut at 5.40 on Tuesday morning, when gusts at the signal station passed 46 knots. By noon on Wednesday they had reached 61, the strongest in nine winters.',
      },
      {
        type: 'quote',
        text: 'A ship can wait in the roads for a day and lose a day. A ship that misjudges the bar loses rather more.',
        source: 'dorrit-askelund',
      },
      {
        type: 'image',
        url: 'https://example.org/images/mole-in-gale.jpg',
        alt: 'A wave breaking over a stone mole with a small lighthouse at its end',
        caption: 'Seas over the outer mole on Wednesday morning, seen from Signal Hill.',
        credit: 'Coastal Wire',
      },
      { type: 'heading', level: 2, text: 'Bridge shut as a precaution' },
      {
        type: 'paragraph',
        text: 'The harbour bridge was closed to all traffic at eight, after a timber fender broke loose and struck the second pier. Engineers will look at the pier when a boat can safely be put alongside it. Until then drivers must take the valley road, which adds about forty minutes between the old town and Eastquay.',
      },
      {
        type: 'paragraph',
        text: 'Bakers in the old town had run out of bread by ten. At the terminal, volunteers from three parishes handed out soup and blankets to people bound for Little Orme, some of whom had slept on the benches.',
      },
      {
        type: 'list',
        ordered: false,
        items: [
          '**Ferries:** no sailings before Thursday noon',
          '**Harbour bridge:** closed until it has been inspected',
          '**Valley road:** open, with standing water at Tarn Ford',
          '**Schools:** open, except Eastquay Infants',
        ],
      },
      {
        type: 'paragraph',
        text: 'The forecaster at Cape Tallow expects the low to move away to the east overnight. The swell will take longer to settle, and small boats are advised to stay in until Friday.',
      },
    ],
    citations: [
      {
        source: 'dorrit-askelund',
        relation: 'quoted',
        quote:
          'A ship can wait in the roads for a day and lose a day. A ship that misjudges the bar loses rather more.',
      },
      {
        source: 'meteorological-service',
        relation: 'cited',
        note: 'Gusts at the signal station, hourly bulletin',
        url: 'https://example.org/weather/bulletins/signal-station',
      },
      { source: 'coastal-wire', relation: 'photo' },
    ],
    relatedLinks: [
      {
        url: 'https://example.org/tides',
        title: 'Tides this week',
        teaser: 'Spring tides until Sunday.',
        publisher: 'Harbour Office',
        label: 'Useful',
      },
    ],
    seo: {
      title: 'Port Ellery harbour closed by storm',
      description: 'Ferries, bridge and roads: what is open and what is shut in Port Ellery.',
    },
    publish: true,
  },
  {
    slug: 'bridge-inspection-finds-worn-bearings',
    headline: 'Inspection finds two worn bearings on the harbour bridge',
    summary:
      'Engineers sent to look for storm damage found little of it, but two bearings that were already due to be replaced.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'harbour',
    authors: ['ana-moreau'],
    tags: ['infrastructure', 'storm-season'],
    body: [
      {
        type: 'paragraph',
        text: 'The pier that was struck by a drifting fender during last week’s gale is sound, but two of the bearings above it are worn to the limit and must be replaced before the harbour bridge carries lorries again, the Ministry of Works said on Monday.',
      },
      {
        type: 'paragraph',
        text: 'The finding is no surprise to readers of the ministry’s own papers. The *Harbour Bridge Inspection Report*, published two years ago, graded both bearings “fair, declining” and asked that they be measured each spring. They were measured once.',
      },
      {
        type: 'table',
        header: ['Part', 'Grade two years ago', 'Grade now', 'Action'],
        rows: [
          ['Second pier, masonry', 'Good', 'Good', 'Repoint in summer'],
          ['Bearing 2A', 'Fair, declining', 'Poor', 'Replace now'],
          ['Bearing 2B', 'Fair, declining', 'Poor', 'Replace now'],
          ['Deck joints', 'Fair', 'Fair', 'Clean and seal'],
          ['Timber fenders', 'Fair', 'One lost', 'Renew all six'],
        ],
      },
      {
        type: 'paragraph',
        text: 'A bearing lets the deck move a little on its pier as the steel warms and cools. When it seizes, the force goes into the stone. Each of the bridge’s bearings weighs about as much as a small car, and the deck has to be jacked up by the width of a thumb to draw one out.',
      },
      { type: 'heading', level: 3, text: 'What happens next' },
      {
        type: 'list',
        ordered: true,
        items: [
          'Jacks are set on the second pier and tested under load.',
          'The deck is lifted at night, with the footway closed.',
          'New bearings, already in the ministry’s store, are slid into place.',
          'A loaded lorry crosses twelve times at walking pace while sensors watch the deck.',
        ],
      },
      {
        type: 'quote',
        text: 'The storm did us the favour of making us look.',
        source: 'ministry-of-works',
        attribution: 'A ministry engineer at the site',
      },
      {
        type: 'paragraph',
        text: 'Pedestrians and cyclists may use the downstream footway from Tuesday. Cars are expected back within the fortnight.',
      },
    ],
    citations: [
      {
        source: 'bridge-inspection-report',
        relation: 'cited',
        note: 'Section 4, bearings, and the table of grades',
        url: 'https://example.org/works/bridge-inspection.pdf',
        accessedAt: '2025-08-25T10:20:00Z',
      },
      { source: 'ministry-of-works', relation: 'quoted', quote: 'The storm did us the favour of making us look.' },
    ],
    relatedLinks: [{ article: 'storm-closes-harbour', label: 'How it began' }],
    publish: true,
  },
  {
    slug: 'harbour-bridge-reopens-after-storm-repairs',
    headline: 'Harbour bridge reopens after storm repairs',
    kicker: 'Harbour',
    standfirst: 'New bearings are in, the fenders are new, and the Number 4 bus is back on its old route.',
    summary: 'Traffic returned to the harbour bridge on Thursday, sixteen days after a gale closed it.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'harbour',
    authors: ['ana-moreau', 'courier-newsdesk'],
    tags: ['infrastructure', 'storm-season'],
    body: [
      {
        type: 'paragraph',
        text: 'The harbour bridge **reopened** at six on Thursday morning, and the first vehicle across was a bread van, as the harbour office had promised the old town’s bakers it would be.',
      },
      {
        type: 'paragraph',
        text: 'The bridge had been closed to cars for sixteen days, after a fender torn loose by the gale led engineers to [two worn bearings](https://example.org/courier/bridge-inspection) on the second pier. Both were replaced in three nights’ work, one fewer than planned.',
      },
      { type: 'quote', text: 'We checked every bolt.', source: 'harbour-office' },
      {
        type: 'paragraph',
        text: 'The final test came on Wednesday, when a lorry loaded with 30 tonnes of gravel crossed twelve times at the pace of a funeral. The deck moved by four millimetres, the office said, and came back to where it had started.',
      },
      { type: 'embed', url: 'https://example.org/video/bridge-first-crossing', provider: 'Courier Video' },
      { type: 'heading', level: 2, text: 'Lighter loads until summer' },
      {
        type: 'paragraph',
        text: 'Lorries over 18 tonnes will stay on the valley road until the deck joints have been sealed, work that needs a dry week. Buses may cross at once. The repair cost 410,000 crowns, of which the port’s storm fund pays two thirds.',
      },
      {
        type: 'paragraph',
        text: 'On the Eastquay side, the café that had been selling half its usual number of breakfasts put out an extra row of tables before seven. They were full by a quarter past.',
      },
    ],
    citations: [
      { source: 'harbour-office', relation: 'quoted', quote: 'We checked every bolt.' },
      { source: 'ministry-of-works', relation: 'cited', note: 'Cost and load limits, statement of Thursday' },
      {
        source: 'coastal-wire',
        relation: 'origin',
        note: 'Test crossing, agency report',
        url: 'https://example.org/coastal-wire/bridge-test-crossing',
      },
    ],
    relatedLinks: [
      { article: 'storm-closes-harbour', label: 'Check also' },
      { article: 'bridge-inspection-finds-worn-bearings', label: 'Check also' },
      {
        url: 'https://example.org/works/load-limits',
        title: 'Load limits on public bridges',
        publisher: 'Ministry of Works',
        label: 'Reference',
      },
    ],
    seo: { description: 'Traffic is back on Port Ellery’s harbour bridge; heavy lorries must wait until summer.' },
    publish: true,
  },
  {
    slug: 'night-ferry-to-little-orme-returns',
    headline: 'Night ferry to Little Orme returns after eleven years',
    summary:
      'A late sailing three times a week will let islanders see a film, a play or a specialist and sleep in their own beds.',
    dateline: { city: 'Little Orme', country: 'NZ' },
    section: 'harbour',
    authors: ['ana-moreau'],
    tags: ['ferries', 'infrastructure'],
    body: [
      {
        type: 'paragraph',
        text: 'When the *Patience Holm* came round the point at five to midnight on Friday, most of Little Orme was on the slip to meet her. She is the first ferry to bring passengers home after dark since the night boat was withdrawn eleven years ago.',
      },
      {
        type: 'paragraph',
        text: 'The new sailing leaves Port Ellery at 22.30 on Mondays, Wednesdays and Fridays. It carries 90 people and no cars, and costs the same as the day boat.',
      },
      {
        type: 'quote',
        text: 'I have left before the last act of every play I ever saw in town. On Friday I found out who did it.',
        attribution: 'A passenger from Little Orme',
      },
      {
        type: 'table',
        header: ['Day', 'Port Ellery', 'Little Orme'],
        rows: [
          ['Monday', '22.30', '23.55'],
          ['Wednesday', '22.30', '23.55'],
          ['Friday', '22.30', '23.55'],
        ],
      },
      {
        type: 'paragraph',
        text: 'The service is on trial until the end of autumn. It needs an average of 34 passengers a night to cover its fuel and crew; on its first night it carried 88, a number nobody expects to see on a wet Monday.',
      },
      {
        type: 'paragraph',
        text: 'The clinic in Port Ellery has already moved two of its evening lists to match the timetable, and the Assembly Rooms will ring a bell at ten for those with a boat to catch.',
      },
    ],
    citations: [
      {
        source: 'harbour-office',
        relation: 'cited',
        note: 'Trial timetable and passenger target',
        url: 'https://example.org/harbour-office/timetable',
      },
    ],
    publish: true,
  },
  {
    slug: 'dredger-clears-north-channel',
    headline: 'Dredger clears the north channel a month early',
    summary:
      'Ships drawing up to seven metres can again use the short way into port, which saves each of them an hour.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'harbour',
    authors: ['courier-newsdesk'],
    tags: ['infrastructure', 'storm-season'],
    body: [
      {
        type: 'paragraph',
        text: 'The north channel is open to ships drawing seven metres, the harbour office said on Tuesday, a month before it had expected the dredger *Old Reliance* to finish.',
      },
      {
        type: 'paragraph',
        text: 'August’s gale pushed a bank of sand the size of eleven football pitches across the channel and forced larger ships round by the south. The detour takes an hour and, for a vessel of middling size, about two tonnes of fuel.',
      },
      {
        type: 'quote',
        text: 'Sand is a patient tenant. We shall be serving notice again next year.',
        source: 'dorrit-askelund',
      },
      { type: 'heading', level: 3, text: 'Where the sand went' },
      {
        type: 'paragraph',
        text: 'About a third of the 240,000 cubic metres was pumped on to the beach at Eastquay, which had lost most of its dry sand in the same storm. The rest was laid in deep water beyond the Quarrel Bank, at a site chosen with the marine institute to spare the kelp.',
      },
      {
        type: 'paragraph',
        text: 'New soundings are printed on the [notice to mariners](https://example.org/harbour-office/notices) and have been sent to the pilots. Yachts should still keep to the buoyed line: the eastern edge of the cut is steep and may slump.',
      },
    ],
    citations: [
      {
        source: 'dorrit-askelund',
        relation: 'quoted',
        quote: 'Sand is a patient tenant. We shall be serving notice again next year.',
      },
      { source: 'marine-institute', relation: 'cited', note: 'Choice of the disposal site' },
    ],
    relatedLinks: [{ article: 'storm-closes-harbour', label: 'Check also' }],
    publish: true,
  },
  {
    slug: 'tug-crew-to-be-honoured-for-winter-tow',
    headline: 'Tug crew to be honoured for a tow that lasted two nights',
    summary:
      'Five people brought a disabled coaster forty miles through heavy seas. They receive the port’s silver bell on Sunday.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'harbour',
    authors: ['ana-moreau'],
    tags: ['storm-season', 'history'],
    body: [
      {
        type: 'paragraph',
        text: 'The five crew of the tug *Stubborn* will receive the silver bell of the port on Sunday for a tow that began on one of the worst nights of the winter and ended two mornings later, with every member of the coaster’s crew walking ashore.',
      },
      {
        type: 'paragraph',
        text: 'The bell has been awarded nine times since the port was founded. The last went to a pilot who swam a line to a stranded trawler.',
      },
      {
        type: 'quote',
        text: 'They asked me afterwards whether the weather had been bad. I said it had been attentive.',
        attribution: 'The mate of the Stubborn',
      },
      {
        type: 'paragraph',
        text: '**To come:** interview with the skipper, Saturday morning. Check the distance with the harbour log: forty miles, or forty-three?',
      },
      { type: 'paragraph', text: 'The ceremony is at eleven on the Customs Quay and is open to all.' },
    ],
    relatedLinks: [{ article: 'storm-closes-harbour', label: 'Background' }],
    publish: false,
  },
]
