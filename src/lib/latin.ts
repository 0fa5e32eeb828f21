import { transliterate } from 'transliteration'
import { toRomaji } from 'wanakana'

type Rule = (text: string) => string

/** Replaces letters, and pairs of letters, one after another. */
const letters =
  (pairs: Record<string, string>): Rule =>
  (text) =>
    Object.entries(pairs).reduce((latin, [letter, by]) => latin.replaceAll(letter, by), text)

const UKRAINIAN_INITIALS: Record<string, string> = { є: 'ye', ї: 'yi', й: 'y', ю: 'yu', я: 'ya' }

const nordic = letters({ å: 'aa', æ: 'ae', ø: 'oe' })

/** Serbian and Macedonian: what stands for a letter in their Latin script, without its marks. */
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
 * Languages that write some letters in another way than most, by their language subtag: rules for lower-case text, in
 * their order. What none of them names is as in all languages.
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
  // Resolution 55 of the Cabinet of Ministers, 2010: some letters are others at the beginning of a word.
  uk: [
    letters({ зг: 'zgh' }),
    (text) => text.replace(/(?<![\p{L}\p{M}'’ʼ])[єїйюя]/gu, (letter) => UKRAINIAN_INITIALS[letter] ?? letter),
    letters({ є: 'ie', ї: 'i', й: 'i', ю: 'iu', я: 'ia', г: 'h', ґ: 'g', и: 'y', і: 'i', ж: 'zh', х: 'kh' }),
    letters({ ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ь: '' }),
  ],
}

/**
 * Text of any script in lower-case Latin letters, by the rules of the language if it is given (a BCP 47 tag) and has any
 * of its own: `Müller` gives `mueller` in German, and else `muller`. Japanese kana are read as kana; characters that are
 * Chinese too are read as in Chinese, since only a dictionary knows better.
 */
export function latinOf(text: string, language?: string): string {
  const [subtag = ''] = language?.toLowerCase().split('-') ?? []
  let latin = text.normalize('NFC').toLowerCase()
  for (const rule of rules[subtag] ?? []) latin = rule(latin)
  if (subtag === 'ja') latin = toRomaji(latin)
  return transliterate(latin).toLowerCase()
}
