import type { SampleArticle } from './types.ts'

export const nationStories: SampleArticle[] = [
  {
    slug: 'assembly-passes-coastal-building-code',
    headline: 'Assembly passes coastal building code by nine votes',
    standfirst: 'New houses near the shore must stand higher and drain faster. Owners of old ones have fifteen years.',
    summary:
      'The Assembly has voted 32 to 23 for rules that raise the floors of new buildings within 200 metres of the sea.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'nation',
    authors: ['tobias-fennimark'],
    tags: ['housing', 'storm-season', 'infrastructure'],
    body: [
      {
        type: 'paragraph',
        text: 'After two years of hearings and one very long night, the Assembly passed the coastal building code at 1.20 on Wednesday morning, by 32 votes to 23.',
      },
      {
        type: 'paragraph',
        text: 'From next January the lowest floor of any new dwelling within 200 metres of the high-water mark must stand at least 1.4 metres above it. Gardens must be able to soak up an hour of heavy rain, and electrical meters must be mounted upstairs.',
      },
      { type: 'heading', level: 2, text: 'What changes, and when' },
      {
        type: 'list',
        ordered: true,
        items: [
          '**1 January:** the floor rule applies to new permits.',
          '**In three years:** public buildings on the shore must have flood doors.',
          '**In fifteen years:** existing houses must meet the drainage rule, with a grant of up to half the cost.',
        ],
      },
      {
        type: 'paragraph',
        text: 'Members for the western parishes, where many families live above the boat sheds they work in, argued that the code would price young people out of the towns they grew up in. An amendment to exempt sheds with a dwelling above was accepted without a vote.',
      },
      {
        type: 'quote',
        text: 'Nobody in this chamber controls the tide. We do control where we put the fuse box.',
        attribution: 'The member for Eastquay, closing the debate',
      },
      {
        type: 'paragraph',
        text: 'The committee leaned on sea-level readings from Cape Tallow, which show the highest tides of the past quarter-century to be 234 millimetres above those of the first.',
      },
      {
        type: 'paragraph',
        text: 'The Ministry of Works will publish a plain-language guide in November. Builders may ask for an advance ruling on plans already drawn.',
      },
    ],
    citations: [
      { source: 'tide-gauge-series', relation: 'cited', note: 'Highest hour, years 1 to 25 against 76 to 100' },
      { source: 'ministry-of-works', relation: 'cited', url: 'https://example.org/works/coastal-code' },
    ],
    relatedLinks: [{ article: 'tide-gauges-reach-hundred-years', label: 'The figures behind it' }],
    seo: { title: 'Coastal building code: what was passed' },
    publish: true,
  },
  {
    slug: 'valley-by-election-goes-to-recount',
    headline: 'Tarn Valley by-election goes to a recount with six votes between two',
    kicker: 'Elections',
    summary:
      'The Orchard Union leads the Valley League by six votes of 4,903. The ballot boxes will be opened again on Monday.',
    dateline: { city: 'Wrenfield', country: 'NZ' },
    section: 'nation',
    authors: ['tobias-fennimark'],
    tags: ['elections', 'data'],
    body: [
      {
        type: 'paragraph',
        text: 'Six votes separate the two leading candidates in the Tarn Valley by-election, and on Monday they will all be counted again.',
      },
      {
        type: 'paragraph',
        text: 'The Office of the Register ordered the recount at two on Sunday morning, in a school hall that smelled of wet coats. The law asks for one whenever the margin is below a quarter of one per cent; this margin is an eighth.',
      },
      {
        type: 'table',
        header: ['Party', 'Votes', 'Share'],
        rows: [
          ['Orchard Union', '1,871', '38.2%'],
          ['Valley League', '1,865', '38.0%'],
          ['Common Shore', '902', '18.4%'],
          ['Independents (2)', '265', '5.4%'],
        ],
      },
      {
        type: 'paragraph',
        text: 'Turnout was 64 per cent, high for a by-election held in lambing season. Polling at Upper Tarn was extended by an hour after a fallen poplar blocked the road.',
      },
      {
        type: 'quote',
        text: 'A recount is not a sign that something went wrong. It is what taking every vote seriously looks like.',
        source: 'office-of-the-register',
      },
      {
        type: 'paragraph',
        text: 'Forty-one papers were set aside as unclear. Each will be shown to both parties before a ruling, and the rulings can be appealed to the valley court for seven days.',
      },
      {
        type: 'paragraph',
        text: 'The seat fell vacant in June when its holder of nineteen years retired to keep bees.',
      },
    ],
    citations: [
      {
        source: 'office-of-the-register',
        relation: 'quoted',
        quote: 'A recount is not a sign that something went wrong. It is what taking every vote seriously looks like.',
        url: 'https://example.org/register/tarn-valley',
      },
    ],
    relatedLinks: [
      {
        url: 'https://example.org/register/recounts',
        title: 'How a recount works',
        teaser: 'Who may watch, and what they may touch.',
        publisher: 'Office of the Register',
        label: 'Explainer',
      },
    ],
    publish: true,
  },
  {
    slug: 'orchard-union-holds-tarn-valley',
    headline: 'Orchard Union wins Tarn Valley by nine after the recount',
    summary: 'The second count moved eleven papers and widened the lead from six votes to nine.',
    dateline: { city: 'Wrenfield', country: 'NZ' },
    section: 'nation',
    authors: ['tobias-fennimark'],
    tags: ['elections'],
    body: [
      {
        type: 'paragraph',
        text: 'The Orchard Union has won the Tarn Valley seat by nine votes, three more than on the night, after a recount that took eleven hours and two deliveries of sandwiches.',
      },
      {
        type: 'paragraph',
        text: 'Eleven of the 41 papers first set aside were accepted. Seven went to the Union and four to the League, which said that it accepted the result and would not appeal.',
      },
      {
        type: 'quote',
        text: 'I shook the winner’s hand and told her the road at Upper Tarn floods. She told me she lives on it.',
        attribution: 'The Valley League candidate',
      },
      {
        type: 'paragraph',
        text: 'The new member will be sworn in on Tuesday week. The balance of the Assembly does not change: the governing partners keep 33 seats of 57.',
      },
      { type: 'divider' },
      {
        type: 'paragraph',
        text: 'The register’s full table, box by box, is [public](https://example.org/register/tarn-valley/boxes).',
      },
    ],
    citations: [
      {
        source: 'office-of-the-register',
        relation: 'cited',
        url: 'https://example.org/register/tarn-valley/boxes',
        accessedAt: '2025-09-23T07:30:00Z',
      },
    ],
    relatedLinks: [{ article: 'valley-by-election-goes-to-recount', label: 'Earlier' }],
    publish: true,
  },
  {
    slug: 'wrenfield-school-opens-in-old-woollen-mill',
    headline: 'Wrenfield’s new school opens in an old woollen mill',
    summary: 'Two hundred and twelve children began the term under a saw-tooth roof that once lit the looms.',
    dateline: { city: 'Wrenfield', country: 'NZ' },
    section: 'nation',
    authors: ['courier-newsdesk'],
    tags: ['schools', 'history', 'infrastructure'],
    body: [
      {
        type: 'paragraph',
        text: 'The bell that used to call weavers to the morning shift rang again in Wrenfield on Monday, and 212 children walked in under it.',
      },
      {
        type: 'paragraph',
        text: 'The town’s two small schools have moved together into the Tarn Mill, empty since it wove its last blanket twenty-six years ago. The north-facing roof lights were made for matching colours; the head teacher says that they suit painting and long division equally well.',
      },
      {
        type: 'image',
        url: 'https://example.org/images/wrenfield-mill-school.jpg',
        alt: 'Children’s coats on a row of hooks beneath a high roof of angled windows',
        caption: 'The coat hooks are turned from the mill’s old bobbins.',
        credit: 'Port Ellery Courier',
      },
      {
        type: 'paragraph',
        text: 'Converting the mill cost 6.2 million crowns, about four fifths of the price of a new building, and kept 900 tonnes of brick in use. Heat comes from the mill race, through a pump the size of a wardrobe.',
      },
      {
        type: 'quote',
        text: 'My gran worked at the third window. I sit at the third window. She says I do less.',
        attribution: 'A pupil, aged nine',
      },
      {
        type: 'paragraph',
        text: 'One loom has been restored and will be worked on Fridays by members of the weavers’ guild, the youngest of whom is seventy-four and looking for apprentices.',
      },
    ],
    citations: [{ source: 'ministry-of-works', relation: 'cited', note: 'Cost of the conversion' }],
    rights: { copyrightHolder: 'The Port Ellery Courier', usage: 'Schools may reprint this report free of charge.' },
    publish: true,
  },
  {
    slug: 'clinic-van-brings-dentist-to-upper-tarn',
    headline: 'A clinic on wheels brings the dentist to Upper Tarn',
    summary: 'A converted bus will visit nine villages each month, starting with people who have waited longest.',
    dateline: { city: 'Upper Tarn', country: 'NZ' },
    section: 'nation',
    authors: ['courier-newsdesk'],
    tags: ['health'],
    body: [
      {
        type: 'paragraph',
        text: 'Until last week the nearest dentist to Upper Tarn was ninety minutes away, on a bus that runs twice a day. On Tuesday the dentist came on a bus of her own.',
      },
      {
        type: 'paragraph',
        text: 'The clinic, a former Number 4 with two chairs where the back seats used to be, will stop in nine villages every month. It can do fillings, check-ups and X-rays; anything larger is booked into Port Ellery, with the fare paid.',
      },
      {
        type: 'list',
        ordered: false,
        items: [
          'Upper Tarn: first Tuesday',
          'Tarn Ford: first Thursday',
          'Wrenfield: second Tuesday and Wednesday',
          'Cape Tallow: third Tuesday',
          'Hollin Bay: last full week',
        ],
      },
      {
        type: 'paragraph',
        text: 'Eighty-six people signed up in the valley before the first visit. The longest wait among them was seven years.',
      },
      { type: 'heading', level: 4, text: 'How to book' },
      {
        type: 'paragraph',
        text: 'Call the village hall, or ask at the post van. There is no charge for anyone under twenty or over sixty-five.',
      },
    ],
    publish: true,
  },
  {
    slug: 'one-home-in-fourteen-stands-empty',
    headline: 'One home in fourteen stood empty on the night of the count',
    kicker: 'Data',
    standfirst:
      'The Courier has read the new register parish by parish. The empty homes are not where the arguments are.',
    summary:
      'The Register of Dwellings lists 2,318 empty homes. The share is highest inland, and fewer than a third are holiday houses.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'nation',
    authors: ['tobias-fennimark', 'niamh-sallowby'],
    tags: ['housing', 'data'],
    body: [
      {
        type: 'paragraph',
        text: 'On the night of the count, 2,318 of the islands’ 32,640 homes had nobody living in them: one in fourteen. The figure comes from the new *Register of Dwellings*, the first to record why a house is empty as well as whether it is.',
      },
      {
        type: 'paragraph',
        text: 'Debate in the Assembly has dwelt on holiday houses by the sea. The register tells a different story. Holiday homes are 31 per cent of the empty stock; houses waiting for repair are 44.',
      },
      {
        type: 'table',
        header: ['Parish', 'Homes', 'Empty', 'Share'],
        rows: [
          ['Port Ellery', '17,905', '860', '4.8%'],
          ['Hollin Bay', '4,120', '342', '8.3%'],
          ['Wrenfield', '5,233', '471', '9.0%'],
          ['Tarn Valley', '3,610', '498', '13.8%'],
          ['Little Orme', '1,772', '147', '8.3%'],
        ],
      },
      { type: 'heading', level: 2, text: 'Waiting for a roofer' },
      {
        type: 'paragraph',
        text: 'In the upper valley the commonest reason given was “roof”. There are eleven registered roofers on the islands, and nine of them work in the capital.',
      },
      {
        type: 'quote',
        text: 'We counted the houses. Filling them is a question for others, but they can no longer say that they do not know where they are.',
        source: 'office-of-the-register',
      },
      { type: 'heading', level: 3, text: 'How we worked it out' },
      {
        type: 'paragraph',
        text: 'We took every row whose use is `empty`, left out barracks and boats, and divided by all dwellings in the parish:',
      },
      {
        type: 'code',
        text: 'share = empty / (occupied + empty)\n\nTarn Valley: 498 / (3112 + 498) = 0.138',
        language: 'text',
      },
      {
        type: 'paragraph',
        text: 'A house counts as empty if nobody slept there on the night and nobody was expected back within three months.',
      },
    ],
    citations: [
      {
        source: 'register-of-dwellings',
        relation: 'cited',
        note: 'Counts by parish and reason; shares by the Courier',
        url: 'https://example.org/register/dwellings.csv',
        accessedAt: '2025-10-20T16:45:00Z',
      },
      {
        source: 'office-of-the-register',
        relation: 'quoted',
        quote:
          'We counted the houses. Filling them is a question for others, but they can no longer say that they do not know where they are.',
      },
    ],
    relatedLinks: [{ article: 'assembly-passes-coastal-building-code', label: 'Check also' }],
    seo: {
      title: 'Empty homes by parish',
      description: 'Where the islands’ 2,318 empty homes are, and why they are empty.',
    },
    rights: {
      usage: 'The table may be reproduced with credit.',
      copyrightHolder: 'The Port Ellery Courier',
      copyrightNotice: '© The Port Ellery Courier',
    },
    publish: true,
  },
  {
    slug: 'budget-expected-to-favour-roofers',
    headline: 'Budget expected to pay for a roofing school',
    summary: 'A training workshop in Wrenfield is among the measures members expect to hear on Thursday.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'nation',
    authors: ['tobias-fennimark'],
    tags: ['housing', 'schools'],
    body: [
      {
        type: 'paragraph',
        text: 'Thursday’s budget is expected to set aside money for a school of roofing in Wrenfield, three members of the finance committee have told the Courier.',
      },
      {
        type: 'paragraph',
        text: 'The workshop would train twenty people a year and send them to work on empty houses under a master roofer. Owners would pay for slates and timber, but not for labour.',
      },
      { type: 'paragraph', text: '*Hold until the speech. The desk needs a second source for the number of places.*' },
      { type: 'heading', level: 3, text: 'Also expected' },
      {
        type: 'list',
        ordered: false,
        items: [
          'A freeze on ferry fares until next summer',
          'Two more clinic buses',
          'A small rise in the harbour levy',
        ],
      },
    ],
    relatedLinks: [{ article: 'one-home-in-fourteen-stands-empty', label: 'Background' }],
    publish: false,
  },
]
