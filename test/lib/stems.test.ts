import fc from 'fast-check'
import { stemmedLanguages, stemOf } from '../../src/lib/stems.ts'
import { runs } from '../harness/depth.ts'

/** The alphabets of the languages that have a stemmer. */
const alphabets = [
  'abcdefghijklmnopqrstuvwxyzäöüßåøæéèêëçñõãâîșțğışőűáíóúąčęėįšųūž',
  'абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґћђљњџј',
  'αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώ',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأإؤئ',
  'अआइईउऊएऐओऔकखगघचछजझटठडढतथदधनपफबभमयरलवशषसहािीुूेैोौं्',
  'அஆஇஈஉஊஎஏஐஒஓகஙசஞடணதநபமயரலவழளறனாிீுூெேைொோௌ்',
  'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ',
]
const word = fc.oneof(
  ...alphabets.map((alphabet) =>
    fc.array(fc.constantFrom(...alphabet), { minLength: 3, maxLength: 12 }).map((letters) => letters.join('')),
  ),
)

it.each(stemmedLanguages)('every word has a stem or none in %s, and nothing is thrown', (language) => {
  fc.assert(
    fc.property(word, (one) => {
      expect(typeof (stemOf(one, language) ?? '')).toBe('string')
    }),
    runs(200),
  )
})

it.each(['министър', 'театър', 'център', 'вестници', 'важен'])(
  '%s, on which the Bulgarian stemmer fails, has no stem',
  (one) => {
    expect(stemOf(one, 'bg')).toBeUndefined()
  },
)
