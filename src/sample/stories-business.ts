import type { SampleArticle } from './types.ts'

export const businessStories: SampleArticle[] = [
  {
    slug: 'hollin-bay-agrees-smaller-catch',
    headline: 'Hollin Bay agrees to a smaller catch, and a longer season',
    kicker: 'Fisheries',
    standfirst: 'The cooperative’s 61 boats will land a tenth less ling this year. They asked for the cut themselves.',
    summary: 'Fishers at Hollin Bay have voted for a lower ling quota spread over ten weeks more.',
    dateline: { city: 'Hollin Bay', country: 'NZ' },
    section: 'fisheries',
    authors: ['wilhelmina-tarrow'],
    tags: ['fishing', 'marine-science'],
    body: [
      {
        type: 'paragraph',
        text: 'By a show of hands in the ice house on Sunday night, the fishers of Hollin Bay voted to catch less. The quota for ling will fall from 3,000 tonnes to 2,700, and the season will run for thirty-two weeks instead of twenty-two.',
      },
      {
        type: 'paragraph',
        text: 'The cut is larger than the marine institute had asked for. The longer season is the fishers’ own idea: when every boat lands at once the price falls, and in the last two summers a fifth of the catch was sold for bait.',
      },
      {
        type: 'quote',
        text: 'Three hundred tonnes we do not catch will be worth more to us than three hundred tonnes we give away.',
        source: 'maud-iversleigh',
      },
      { type: 'heading', level: 2, text: 'What the scientists saw' },
      {
        type: 'paragraph',
        text: 'Trawl surveys over five years found fewer young ling on the Quarrel Bank, though about as many old ones. That pattern, Dr Sefton Linwold told the meeting, is easy to miss in the market and expensive to ignore.',
      },
      {
        type: 'table',
        header: ['Season', 'Quota (t)', 'Landed (t)', 'Mean price (crowns/kg)'],
        rows: [
          ['Three years ago', '3,200', '3,140', '6.10'],
          ['Two years ago', '3,000', '2,985', '5.40'],
          ['Last year', '3,000', '2,990', '5.15'],
          ['This year', '2,700', 'n/a', 'n/a'],
        ],
      },
      {
        type: 'paragraph',
        text: 'Four skippers voted against. One of them said that he would keep to the rule all the same, since the alternative was to explain himself at the chandlery every morning.',
      },
    ],
    citations: [
      {
        source: 'maud-iversleigh',
        relation: 'quoted',
        quote: 'Three hundred tonnes we do not catch will be worth more to us than three hundred tonnes we give away.',
      },
      { source: 'sefton-linwold', relation: 'cited', note: 'Summary given to the meeting' },
      {
        source: 'hollin-bay-cooperative',
        relation: 'cited',
        note: 'Landings and prices',
        url: 'https://example.org/hollin-bay-cooperative/landings',
      },
    ],
    relatedLinks: [{ article: 'seabed-map-shows-drowned-river', label: 'Check also' }],
    publish: true,
  },
  {
    slug: 'kelp-growers-land-first-harvest',
    headline: 'Kelp growers land their first harvest',
    summary: 'Three former trawler families have brought in 40 tonnes of kelp from ropes in Saltmarsh Sound.',
    dateline: { city: 'Saltmarsh End', country: 'NZ' },
    section: 'fisheries',
    authors: ['wilhelmina-tarrow'],
    tags: ['fishing', 'marine-science'],
    body: [
      {
        type: 'paragraph',
        text: 'It came up the slip at Saltmarsh End in wet brown armfuls: 40 tonnes of kelp, the first crop from the ropes that three fishing families set out in the sound last May.',
      },
      {
        type: 'paragraph',
        text: 'About half will be dried for the kitchen, a quarter goes to potato growers as fertiliser, and the rest has been bought by a maker of soap in Port Ellery who says that she can sell anything that smells of holidays.',
      },
      {
        type: 'image',
        url: 'https://example.org/images/kelp-slip.jpg',
        alt: 'Two people in oilskins hauling long brown fronds of kelp up a concrete slip',
        caption: 'The first load reaches the slip at Saltmarsh End.',
        credit: 'Coastal Wire',
      },
      {
        type: 'quote',
        text: 'You set it in May, you worry about it all winter, and then one morning it weighs more than the boat.',
        attribution: 'One of the growers',
      },
      {
        type: 'paragraph',
        text: 'The ropes need neither feed nor fresh water. What they need is calm, and the August gale took eleven of the sixty lines. The growers plan to move the outer rows behind the skerry before they plant again.',
      },
      {
        type: 'paragraph',
        text: 'The cooperative at Hollin Bay has lent them its drying floor until they can build their own.',
      },
    ],
    citations: [
      { source: 'coastal-wire', relation: 'photo' },
      { source: 'hollin-bay-cooperative', relation: 'cited', note: 'Loan of the drying floor' },
    ],
    relatedLinks: [{ article: 'storm-closes-harbour', label: 'The gale' }],
    publish: true,
  },
  {
    slug: 'tidal-turbine-powers-little-orme',
    headline: 'Tidal turbine carries Little Orme through its first month without diesel',
    kicker: 'Energy',
    summary:
      'A single machine in Orme Sound, with a shed full of batteries, has kept 1,600 households lit for thirty days.',
    dateline: { city: 'Little Orme', country: 'NZ' },
    section: 'business',
    authors: ['wilhelmina-tarrow'],
    tags: ['renewable-energy', 'infrastructure'],
    body: [
      {
        type: 'paragraph',
        text: 'The diesel generator on Little Orme has been silent for thirty days. People have begun to notice the birds.',
      },
      {
        type: 'paragraph',
        text: 'Since the first of the month the island has drawn all of its power from a turbine on the floor of Orme Sound, where the tide runs at six knots, and from batteries that cover the slack water between. Before the turbine a tanker called every nine days.',
      },
      {
        type: 'quote',
        text: 'The sun has moods and the wind has opinions. The tide has a timetable.',
        attribution: 'The power station’s engineer',
      },
      { type: 'heading', level: 2, text: 'The bill' },
      {
        type: 'paragraph',
        text: 'The scheme cost 11.8 million crowns, shared between the Assembly’s outer-islands fund and 740 islanders who bought shares at 500 crowns each. Households pay 19 cents a unit, down from 33.',
      },
      {
        type: 'list',
        ordered: false,
        items: [
          'Rotor: 14 metres across, turning eight times a minute',
          'Output: up to 1.5 megawatts at the peak of a spring tide',
          'Batteries: seven hours of ordinary demand',
          'Inspection: by divers, every second neap tide',
        ],
      },
      {
        type: 'paragraph',
        text: 'The generator will be kept for emergencies and run for an hour each quarter. A proposal to turn its shed into a cinema has 212 signatures.',
      },
    ],
    relatedLinks: [{ article: 'night-ferry-to-little-orme-returns', label: 'Also on Little Orme' }],
    seo: { title: 'Little Orme’s tidal turbine: one month on' },
    publish: true,
  },
  {
    slug: 'old-town-bakers-share-one-oven',
    headline: 'Six bakers, one oven: the old town’s answer to the price of flour',
    summary:
      'Rival bakeries have pooled their money to buy a shared oven and a shared silo, and kept their separate recipes.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'business',
    authors: ['wilhelmina-tarrow'],
    tags: ['infrastructure'],
    body: [
      {
        type: 'paragraph',
        text: 'At two in the morning, Cooper’s Lane smells of six kinds of bread. They come out of one oven, in an order settled by drawing lots each New Year.',
      },
      {
        type: 'paragraph',
        text: 'The bakers of the old town were rivals until last year, when the price of flour rose by a quarter and two of them thought of closing. Now the six own an electric oven and a flour silo together, and buy from the mill by the shipload.',
      },
      {
        type: 'quote',
        text: 'We share the oven, the flour and the electricity bill. We do not share the recipe for seed loaf.',
        attribution: 'The treasurer of the Cooper’s Lane Oven Society',
      },
      {
        type: 'paragraph',
        text: 'Flour costs the society 17 per cent less than its members paid alone. The price of an ordinary white loaf has stood at 3.20 crowns since June.',
      },
      {
        type: 'table',
        header: ['Hour', 'In the oven'],
        rows: [
          ['1.30', 'Rye and barley'],
          ['2.40', 'White loaves'],
          ['4.00', 'Seed loaf (with the curtain drawn)'],
          ['5.00', 'Rolls and buns'],
          ['6.15', 'Anything for the school kitchens'],
        ],
      },
      {
        type: 'paragraph',
        text: 'The week the harbour bridge was shut tested the arrangement. With flour stuck on the wrong quay, the society rationed itself by the gram and delivered to the hospital first.',
      },
    ],
    relatedLinks: [{ article: 'harbour-bridge-reopens-after-storm-repairs', label: 'Check also' }],
    publish: true,
  },
  {
    slug: 'guest-houses-report-busier-winter',
    headline: 'Guest houses report a busier winter than last summer',
    summary: 'Walkers and birdwatchers filled rooms that used to be shut from May to September.',
    dateline: { city: 'Cape Tallow', country: 'NZ' },
    section: 'business',
    authors: ['courier-newsdesk'],
    tags: ['data'],
    body: [
      {
        type: 'paragraph',
        text: 'More visitors slept at Cape Tallow in July than in January, for the first time since guest houses began to keep count.',
      },
      {
        type: 'paragraph',
        text: 'Owners put it down to the winter walking festival, to the return of seabirds at Quarrel Point and to a late-night radio serial set in a lighthouse much like their own.',
      },
      {
        type: 'table',
        header: ['Month', 'Nights sold', 'Change on the year'],
        rows: [
          ['January', '4,310', '+2%'],
          ['April', '3,875', '+9%'],
          ['July', '4,522', '+38%'],
        ],
      },
      {
        type: 'quote',
        text: 'They come down to breakfast soaked to the skin and ask if it will be like this tomorrow. They are hoping for yes.',
        attribution: 'A guest-house owner at Cape Tallow',
      },
      {
        type: 'paragraph',
        text: 'The figures cover 47 houses with 390 rooms between them. Little Orme, which has no winter count, is not included.',
      },
    ],
    relatedLinks: [{ article: 'lamp-petrels-return-to-quarrel-point', label: 'What they came to see' }],
    publish: true,
  },
]
