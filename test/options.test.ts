import t from 'tap'
import { jobOptions, lazySchema, parse, quantizerOptions } from '../lib/options.js'
import { purifyOptions } from '../lib/purify.js'

const options = lazySchema(z => z.strictObject({ ...quantizerOptions(z), ...jobOptions(z) }))

t.test('parse: fills in every default', async t => {
  t.strictSame(await parse('quantize', options, {}), {
    weightBits: 4,
    activationBits: 4,
    quantizer: 'mse',
    calibration: 1024,
    seed: 0,
    device: 'cpu',
    threads: 0,
  })
})

const wrong: [object, RegExp][] = [
  [{ weightBits: 9 }, /option "weightBits" of quantize\(\): 9; expected at most 8/],
  [{ weightBits: 1 }, /"weightBits".*: 1; expected at least 2/],
  [{ weightBits: 4.5 }, /"weightBits".*: 4.5; expected an integer/],
  [{ weightBits: Number.NaN }, /"weightBits".*NaN; expected a value of type number/],
  [{ weightBits: '4' }, /"weightBits".*: "4"; expected a value of type number/],
  [{ activationBits: 'some' }, /"activationBits".*"some"; expected an integer from 2 to 8, or "none"/],
  [{ quantizer: 'best' }, /"quantizer".*"best"; expected one of mse, minmax/],
  [{ calibration: 0 }, /"calibration".*: 0; expected at least 1/],
  [{ seed: -1 }, /"seed".*: -1; expected at least 0/],
  [{ device: 'gpu' }, /"device".*"gpu"; expected cpu, cuda, cuda:N or auto/],
  [{ signal: {} }, /"signal".*; expected an AbortSignal/],
  [{ onProgress: 'log' }, /"onProgress".*; expected a function/],
  [{ weigthBits: 4 }, /unknown option "weigthBits"; expected weightBits, .*Correct the name/],
]
for (const [given, message] of wrong) {
  t.test(`parse: refuses ${JSON.stringify(given)}`, t =>
    t.rejects(parse('quantize', options, given), { code: 'ERR_BAD_OPTION', message }),
  )
}

const circle: Record<string, unknown> = {}
circle.circle = circle
t.test('parse: refuses what JSON cannot hold', async t => {
  for (const weightBits of [{ big: 1n }, circle, Symbol('four')])
    await t.rejects(parse('quantize', options, { weightBits }), {
      code: 'ERR_BAD_OPTION',
      message: /weightBits/,
    })
})

t.test('parse: options that are no object', t =>
  t.rejects(parse('quantize', options, 4), { code: 'ERR_BAD_OPTION', message: /options of quantize\(\): 4/ }),
)

t.test('purify: defaults', async t => {
  t.match(await parse('purify', purifyOptions, {}), {
    method: 'lac',
    solver: 'closed-form',
    pda: true,
    pdaForm: 'official',
    quantizer: 'mse',
    weightBits: 4,
    activationBits: 4,
  })
})
