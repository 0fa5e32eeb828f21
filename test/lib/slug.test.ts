import { slugOf } from '../../src/lib/slug.ts'

it.each([
  [undefined, 'Müller grüßt Ænes', 'muller-grusst-aenes'],
  [undefined, 'Мост открыт', 'most-otkryt'],
  ['en', 'Zoë’s Café', 'zoes-cafe'],
  ['de', 'Müller grüßt Köln, Äpfel', 'mueller-gruesst-koeln-aepfel'],
  ['de-CH', 'MU\u0308LLER', 'mueller'],
  ['da', 'Åse og Ærø søger', 'aase-og-aeroe-soeger'],
  ['nb-NO', 'Tromsø', 'tromsoe'],
  ['sv', 'Malmö', 'malmo'],
  ['uk', 'Київ', 'kyiv'],
  ['uk', 'Згорани: Їжакевич, Гадяч, Ґалаґан, Щербухи', 'zghorany-yizhakevych-hadiach-galagan-shcherbukhy'],
  ['uk-UA', 'Знам’янка, Єнакієве, Короп’є, Юрій', 'znamianka-yenakiieve-koropie-yurii'],
  ['bg', 'България, София, Щъркел, Хасково, Йордан', 'balgaria-sofia-shtarkel-haskovo-yordan'],
  ['sr', 'Ђоковић, Љубљана, Џеп, Чачак', 'djokovic-ljubljana-dzep-cacak'],
  ['ja', 'きゃく ニュース', 'kyaku-nyuusu'],
  ['ja', '!!', 'none'],
  ['xx-unknown', 'Müller', 'muller'],
])('in %s "%s" makes %s', (language, text, slug) => {
  expect(slugOf(text, { fallback: 'none', language })).toBe(slug)
})
