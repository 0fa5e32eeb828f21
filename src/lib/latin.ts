import { transliterate } from 'transliteration'
import { toRomaji } from 'wanakana'

type Rule = (text: string) => string

/** A rule that replaces letters and pairs of letters, in the order given. */
const letters =
  (pairs: Record<string, string>): Rule =>
  (text) =>
    Object.entries(pairs).reduce((latin, [letter, replacement]) => latin.replaceAll(letter, replacement), text)

const UKRAINIAN_INITIALS: Record<string, string> = { є: 'ye', ї: 'yi', й: 'y', ю: 'yu', я: 'ya' }

const nordic = letters({ å: 'aa', æ: 'ae', ø: 'oe' })

/** Serbian and Macedonian: the letters of their Latin script, without diacritics. */
const southSlavic = letters({
  ђ: 'dj',
  ж: 'z',
  ј: 'j',
  љ: 'lj',
  њ: 'nj',
  ћ: 'c',
  х: 'h',
  ц: 'c',
  ч: 'c',
  џ: 'dz',
  ш: 's',
  đ: 'dj',
})

/**
 * Languages with transliterations of their own, by primary subtag: rules for lower-case text, applied in order. All other
 * letters are transliterated as in every language.
 */
const rules: Record<string, Rule[]> = {
  de: [letters({ ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' })],
  da: [nordic],
  nb: [nordic],
  nn: [nordic],
  no: [nordic],
  sr: [southSlavic],
  mk: [letters({ ѓ: 'gj', ќ: 'kj', ѕ: 'dz' }), southSlavic],
  // The streamlined system of the Transliteration Act of 2009.
  bg: [
    (text) => text.replace(/ия(?!\p{L})/gu, 'ia'),
    letters({ ж: 'zh', й: 'y', х: 'h', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sht', ъ: 'a', ь: 'y', ю: 'yu', я: 'ya' }),
  ],
  // Resolution 55 of the Cabinet of Ministers, 2010: some letters differ at the beginning of a word.
  uk: [
    letters({ зг: 'zgh' }),
    (text) => text.replace(/(?<![\p{L}\p{M}'’ʼ])[єїйюя]/gu, (letter) => UKRAINIAN_INITIALS[letter] ?? letter),
    letters({ є: 'ie', ї: 'i', й: 'i', ю: 'iu', я: 'ia', г: 'h', ґ: 'g', и: 'y', і: 'i', ж: 'zh', х: 'kh' }),
    letters({ ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ь: '' }),
  ],
}

/**
 * Transliterates text of any script to lower-case Latin letters, by the rules of the language (a BCP 47 tag) if it has its
 * own: `Müller` gives `mueller` in German, else `muller`. In Japanese, kana are romanized; kanji are read as in Chinese,
 * since their Japanese reading would need a dictionary.
 */
export function latinOf(text: string, language?: string): string {
  const [subtag = ''] = language?.toLowerCase().split('-') ?? []
  let latin = text.normalize('NFC').toLowerCase()
  for (const rule of rules[subtag] ?? []) latin = rule(latin)
  if (subtag === 'ja') latin = toRomaji(latin)
  return transliterate(latin).toLowerCase()
}
