import type { SampleArticle } from './types.ts'

export const sportStories: SampleArticle[] = [
  {
    slug: 'hollin-bay-eight-win-the-long-row',
    headline: 'Hollin Bay eight win the Long Row by half a length',
    kicker: 'Rowing',
    standfirst: 'After 21 kilometres of open water the two leading boats were close enough to talk, and did.',
    summary: 'Hollin Bay beat Eastquay in the islands’ oldest race, their first win in seventeen years.',
    dateline: { city: 'Hollin Bay', country: 'NZ' },
    section: 'sport',
    authors: ['consuelo-vidal-marsh'],
    tags: ['rowing', 'history'],
    body: [
      {
        type: 'paragraph',
        text: 'The Long Row is 21 kilometres, from the Customs Quay to the slip at Hollin Bay, and it was decided on Saturday by about nine metres.',
      },
      {
        type: 'paragraph',
        text: 'Eastquay had led since the mole. They rounded the Quarrel buoy four lengths clear, with the tide under them, and the spectators on the headland had begun to fold their blankets. Then Hollin Bay went inside the skerry.',
      },
      {
        type: 'quote',
        text: 'There is enough water in there for a boat, if everyone breathes in.',
        attribution: 'The Hollin Bay cox',
      },
      { type: 'heading', level: 2, text: 'The last mile' },
      {
        type: 'paragraph',
        text: 'They came out level. For six minutes neither gained more than a canvas. Eastquay’s stroke called across that it was a fine day for it; Hollin Bay’s replied that it had been finer before he mentioned it. Half a length was the verdict, in a time of one hour, thirty-four minutes and eight seconds.',
      },
      {
        type: 'table',
        header: ['Place', 'Crew', 'Time'],
        rows: [
          ['1', 'Hollin Bay', '1:34:08'],
          ['2', 'Eastquay', '1:34:10'],
          ['3', 'Little Orme', '1:37:51'],
          ['4', 'Wrenfield', '1:41:26'],
          ['5', 'Harbour Office', '1:58:03'],
        ],
      },
      {
        type: 'image',
        url: 'https://example.org/images/long-row-finish.jpg',
        alt: 'Two eight-oared boats side by side close to a crowded slip',
        caption: 'Hollin Bay, nearer the camera, a few strokes from the line.',
        credit: 'Coastal Wire',
      },
      {
        type: 'paragraph',
        text: 'Wrenfield, the only crew from a town without any sea, were cheered in as warmly as the winners.',
      },
    ],
    citations: [{ source: 'coastal-wire', relation: 'photo', url: 'https://example.org/coastal-wire/long-row' }],
    relatedLinks: [
      { url: 'https://example.org/long-row/winners', title: 'Every winner of the Long Row', label: 'Records' },
    ],
    publish: true,
  },
  {
    slug: 'tarn-fell-race-record-falls',
    headline: 'Postwoman breaks the Tarn Fell record she had never heard of',
    summary:
      'A late entrant ran the 14-kilometre hill race in 1:06:41, nineteen seconds inside a mark set 33 years ago.',
    dateline: { city: 'Upper Tarn', country: 'NZ' },
    section: 'sport',
    authors: ['consuelo-vidal-marsh'],
    tags: ['history'],
    body: [
      {
        type: 'paragraph',
        text: 'She entered on the morning, because her round had finished early. An hour, six minutes and forty-one seconds later she had the record for the Tarn Fell race, which had stood since before she was born.',
      },
      {
        type: 'paragraph',
        text: 'The course climbs 780 metres from the green at Upper Tarn to the cairn and comes down by any way the runner likes. Most choose the path. The winner chose the stream.',
      },
      {
        type: 'quote',
        text: 'I take it every Tuesday with a bag. It is much quicker without the bag.',
        attribution: 'The winner',
      },
      {
        type: 'list',
        ordered: true,
        items: ['Upper Tarn Post, 1:06:41 (record)', 'Wrenfield Harriers, 1:09:20', 'Port Ellery Road Club, 1:09:58'],
      },
      {
        type: 'paragraph',
        text: 'The former holder, now a steward at the cairn, had clapped her through without looking at his watch. Told the time at the finish, he asked to see the stream.',
      },
    ],
    publish: true,
  },
  {
    slug: 'little-orme-reach-first-cup-final',
    headline: 'Little Orme’s women reach their first cup final',
    summary: 'A goal from the halfway line put a club with fifteen registered players into the Islands Cup final.',
    dateline: { city: 'Little Orme', country: 'NZ' },
    section: 'sport',
    authors: ['consuelo-vidal-marsh', 'courier-newsdesk'],
    tags: ['ferries'],
    body: [
      {
        type: 'paragraph',
        text: '**Little Orme 2, Wrenfield Mill 1.** The wind on Little Orme is usually counted as a twelfth player. On Sunday it scored.',
      },
      {
        type: 'paragraph',
        text: 'With four minutes left in the semi-final the home captain cleared a corner from her own half. The ball rose, thought again, and came down under the Wrenfield bar by way of the goalkeeper’s fingertips.',
      },
      {
        type: 'quote',
        text: 'I would love to say I meant it. I meant it to go in the sea.',
        attribution: 'The Little Orme captain',
      },
      {
        type: 'paragraph',
        text: 'The club has fifteen registered players out of a population of four thousand, and for eleven years it forfeited its midweek away games because there was no boat home. The night ferry changed that: since it returned, Little Orme have lost once.',
      },
      {
        type: 'paragraph',
        text: 'The final is in Port Ellery on the last Friday of the month. An extra sailing has been laid on, and the *Patience Holm* will wait for penalties.',
      },
    ],
    citations: [{ source: 'harbour-office', relation: 'cited', note: 'Extra sailing on the night of the final' }],
    relatedLinks: [{ article: 'night-ferry-to-little-orme-returns', label: 'How they get home' }],
    publish: true,
  },
  {
    slug: 'cup-final-preview',
    headline: 'Fifteen players, one ferry: Little Orme prepare for the final',
    summary:
      'A preview of the Islands Cup final, with the likely teams and the forecast that everyone is asking about.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'sport',
    authors: ['consuelo-vidal-marsh'],
    tags: ['ferries'],
    body: [
      {
        type: 'paragraph',
        text: 'Little Orme have never played on a pitch with a roof over one side. On Friday they will find out what football is like when the ball goes where it is kicked.',
      },
      {
        type: 'paragraph',
        text: 'Their opponents, Eastquay Rovers, have won the cup six times and conceded two goals all season. *(Check: two, or three with the abandoned match?)*',
      },
      { type: 'heading', level: 3, text: 'The forecast' },
      {
        type: 'paragraph',
        text: 'Light airs, the meteorological service says, which suits Eastquay. Sea state slight, which suits everyone who has to get home.',
      },
      {
        type: 'list',
        ordered: false,
        items: ['Kick-off: 19.00', 'Extra ferry: 23.15, or after penalties', 'Tickets: from the club, or at the gate'],
      },
    ],
    relatedLinks: [{ article: 'little-orme-reach-first-cup-final', label: 'The semi-final' }],
    publish: false,
  },
]
