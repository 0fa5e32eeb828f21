import type { SampleArticle } from './types.ts'

export const worldStories: SampleArticle[] = [
  {
    slug: 'saint-aubrac-rallume-son-phare',
    headline: 'Saint-Aubrac rallume son phare, et tout le village monte l’escalier',
    kicker: 'Lettre de Bretagne',
    standfirst:
      'Éteint depuis quatorze ans, le feu de la pointe du Goéric a retrouvé sa lentille, restaurée par des bénévoles.',
    summary: 'Après quatorze ans d’obscurité, le phare de Saint-Aubrac éclaire de nouveau l’entrée du chenal.',
    dateline: { city: 'Saint-Aubrac', country: 'FR' },
    language: 'fr',
    section: 'world-news',
    authors: ['luc-aubertin-brey'],
    tags: ['history', 'infrastructure'],
    body: [
      {
        type: 'paragraph',
        text: 'Il était vingt et une heures douze, samedi, quand le faisceau a balayé pour la première fois les toits d’ardoise de Saint-Aubrac. Sur le quai, on a d’abord entendu un grand silence, puis **les sirènes de tous les bateaux du port**.',
      },
      {
        type: 'paragraph',
        text: 'Le phare avait été éteint il y a quatorze ans, lorsqu’une fissure était apparue dans la lentille. Une association de trente-deux bénévoles, parmi lesquels deux opticiens à la retraite et une classe de lycée, l’a démontée, polie et recollée, prisme après prisme.',
      },
      {
        type: 'quote',
        text: 'Nous avons compté deux cent quarante prismes. Le dernier manquait : il servait de presse-papiers à la mairie.',
        source: 'echo-de-saint-aubrac',
        attribution: 'La présidente de l’association',
      },
      { type: 'heading', level: 2, text: 'Cent soixante-huit marches' },
      {
        type: 'paragraph',
        text: 'Toute la soirée, les habitants ont gravi l’escalier par groupes de dix. Là-haut, chacun pouvait poser la main sur la cuve où flotte l’optique, si bien équilibrée qu’un enfant la fait tourner d’un doigt.',
      },
      {
        type: 'paragraph',
        text: 'Le feu porte à dix-sept milles. Il n’est plus indispensable aux navires, qui ont d’autres moyens de se repérer, mais les pêcheurs côtiers assurent qu’ils le préfèrent à n’importe quel écran.',
      },
      {
        type: 'paragraph',
        text: 'L’association cherche à présent un gardien, ou une gardienne, pour les visites d’été. Le logement est fourni ; la vue aussi.',
      },
    ],
    citations: [
      {
        source: 'echo-de-saint-aubrac',
        relation: 'quoted',
        quote:
          'Nous avons compté deux cent quarante prismes. Le dernier manquait : il servait de presse-papiers à la mairie.',
        url: 'https://example.org/echo-saint-aubrac/phare',
      },
      { source: 'coastal-wire', relation: 'cited', note: 'Portée du feu' },
    ],
    relatedLinks: [
      {
        url: 'https://example.org/phares/goeric',
        title: 'Le phare du Goéric en cinq dates',
        publisher: 'L’Écho de Saint-Aubrac',
        label: 'À lire aussi',
      },
    ],
    publish: true,
  },
  {
    slug: 'puerto-lirio-celebra-la-feria-de-las-redes',
    headline: 'Puerto Lirio celebra la feria de las redes con una malla de un kilómetro',
    summary: 'Cuatrocientas personas tejieron durante tres días la red más larga que recuerda el pueblo.',
    dateline: { city: 'Puerto Lirio', country: 'CL' },
    language: 'es',
    section: 'world-news',
    authors: ['consuelo-vidal-marsh'],
    tags: ['fishing', 'history'],
    body: [
      {
        type: 'paragraph',
        text: 'Nadie en Puerto Lirio va a pescar con ella. La red que el domingo rodeó la plaza, bajó por la calle del Astillero y llegó hasta el muelle mide **mil cuarenta metros** y se tejió solo para ver si era posible.',
      },
      {
        type: 'paragraph',
        text: 'La feria de las redes reúne cada primavera a los pescadores del golfo con quienes remiendan sus aparejos, un oficio que durante generaciones se aprendió en las cocinas. Este año la escuela cerró tres días para que los niños pudieran ayudar.',
      },
      {
        type: 'quote',
        text: 'Mi abuela hacía un nudo cada dos segundos. Yo tardo diez, pero ella no tenía que contestar el teléfono.',
        source: 'el-farol-de-puerto-lirio',
        attribution: 'Una tejedora de la feria',
      },
      {
        type: 'list',
        ordered: false,
        items: [
          'Longitud: 1.040 metros',
          'Nudos: unos 310.000',
          'Personas: 412, de seis a noventa y un años',
          'Empanadas servidas: nadie llevó la cuenta',
        ],
      },
      {
        type: 'paragraph',
        text: 'Terminada la fiesta, la malla se cortará en trozos. Algunos cubrirán las huertas contra los pájaros; otros colgarán como hamacas en el patio del hospital, y uno, de diez metros, viajará a Hollin Bay, donde la cooperativa lo expondrá en la sala del hielo.',
      },
      {
        type: 'paragraph',
        text: 'El año próximo, anunció la alcaldía, la feria volverá a su medida habitual. «Ahora ya sabemos que se puede», dijo el pregonero, y pidió que alguien le ayudara a salir de la red.',
      },
    ],
    citations: [
      {
        source: 'el-farol-de-puerto-lirio',
        relation: 'origin',
        note: 'Con información del diario local',
        url: 'https://example.org/el-farol/feria-de-las-redes',
        accessedAt: '2025-10-27T18:00:00Z',
      },
      {
        source: 'el-farol-de-puerto-lirio',
        relation: 'quoted',
        quote:
          'Mi abuela hacía un nudo cada dos segundos. Yo tardo diez, pero ella no tenía que contestar el teléfono.',
      },
    ],
    relatedLinks: [{ article: 'hollin-bay-agrees-smaller-catch', label: 'En Hollin Bay' }],
    rights: { usage: 'Republished by arrangement; not for resale.', copyrightHolder: 'El Farol de Puerto Lirio' },
    publish: true,
  },
  {
    slug: 'two-survey-ships-share-a-quay',
    headline: 'Two survey ships, three alphabets and one very long tablecloth',
    standfirst: 'Crews on opposite errands met at Customs Quay, and compared notes about the same patch of sea.',
    summary:
      'The survey ships Белый Мыс and 月灯丸 spent four days alongside one another, and found that their charts agreed.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'world-news',
    authors: ['consuelo-vidal-marsh', 'ana-moreau'],
    tags: ['marine-science'],
    body: [
      {
        type: 'paragraph',
        text: 'One came from the north to measure how the ocean warms. The other came from the west to count plankton. For four days last week the *Белый Мыс* (“White Cape”) and the *月灯丸* (Gettō Maru, roughly “Moon Lantern”) lay bow to stern at Customs Quay, because there was nowhere else to put them.',
      },
      {
        type: 'paragraph',
        text: 'By the second evening the two crews had rigged a table along the quay from hatch boards, covered it with a signal flag the length of a tram, and found that they had been working the same line of sea from opposite ends.',
      },
      {
        type: 'quote',
        text: 'Their thermometer and ours disagreed by two hundredths of a degree over nine hundred miles. We drank to the two hundredths.',
        attribution: 'An oceanographer aboard the Белый Мыс',
      },
      { type: 'heading', level: 3, text: 'An exchange of water' },
      {
        type: 'paragraph',
        text: 'Each ship gave the other twelve sealed bottles, drawn from the same depth a month apart. The Strait Marine Institute, which lent both of them a cold room, will keep a third set.',
      },
      { type: 'quote', text: 'For once the data came down the gangway on foot.', source: 'sefton-linwold' },
      {
        type: 'paragraph',
        text: 'The *月灯丸* sailed on Friday and the *Белый Мыс* on Saturday. The tablecloth, signed by all 71 of those who ate at it, hangs in the harbour office, where the clerks are still working out which way up it goes.',
      },
    ],
    citations: [
      { source: 'sefton-linwold', relation: 'quoted', quote: 'For once the data came down the gangway on foot.' },
      { source: 'harbour-office', relation: 'cited', note: 'Berthing list' },
    ],
    relatedLinks: [{ article: 'seabed-map-shows-drowned-river', label: 'Check also' }],
    publish: true,
  },
  {
    slug: 'island-states-agree-to-share-weather-buoys',
    headline: 'Island states agree to share their weather buoys',
    summary: 'Readings from 38 buoys will be open to every forecaster in the region within ten minutes.',
    dateline: { city: 'Port Ellery', country: 'NZ' },
    section: 'world-news',
    authors: ['consuelo-vidal-marsh'],
    tags: ['storm-season', 'data', 'marine-science'],
    body: [
      {
        type: 'paragraph',
        text: 'Forecasters across the southern sea routes will see the same waves at the same time from next month, under an agreement signed in Port Ellery on Friday.',
      },
      {
        type: 'paragraph',
        text: 'Thirty-eight moored buoys, until now read only by the services that own them, will send wind, pressure and wave height to a common store every ten minutes. Anyone may read it, including fishers and sailors.',
      },
      {
        type: 'code',
        text: '{\n  "buoy": "quarrel-bank",\n  "at": "2025-11-07T06:10:00Z",\n  "windKnots": 17,\n  "pressureHpa": 1013.4,\n  "waveMetres": 1.8\n}',
        language: 'json',
      },
      {
        type: 'quote',
        text: 'In August the low passed right over a buoy that we could not read. We would have had three more hours.',
        source: 'bram-tolliver-haye',
      },
      {
        type: 'paragraph',
        text: 'The services will also lend each other spare moorings, so that a buoy that breaks loose can be replaced by the nearest ship. Four were lost last winter; one was found in a garden.',
      },
      {
        type: 'paragraph',
        text: 'The cost is shared by the length of each coast, a formula that took the delegates longer to settle than everything else together, since a coast grows with the shortness of the ruler.',
      },
    ],
    citations: [
      {
        source: 'bram-tolliver-haye',
        relation: 'quoted',
        quote: 'In August the low passed right over a buoy that we could not read. We would have had three more hours.',
      },
      { source: 'coastal-wire', relation: 'origin', url: 'https://example.org/coastal-wire/buoys' },
    ],
    relatedLinks: [
      { article: 'storm-closes-harbour', label: 'Check also' },
      { article: 'forecasters-expect-wet-spring', label: 'Check also' },
    ],
    publish: true,
  },
]
