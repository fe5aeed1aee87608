// What must and what must not compile: checked by `npm run check`, which compiles the tests.
import t from 'tap'
import {
  datasets,
  type MeasureResult,
  type Model,
  measure,
  type PurifyOptions,
  purify,
  type QuantizedModel,
  quantize,
  ShellacError,
  triggers,
} from '../../lib/index.js'

t.test('the API as design promises it compiles', async t => {
  const never = async (model: Model) => {
    const calibration = await datasets.imageFolder('./calibration', { size: 32, limit: 1024 })
    const plain: QuantizedModel = await quantize(model, calibration, { weightBits: 4, activationBits: 4 })
    const purified: QuantizedModel = await purify(model, calibration, {
      method: 'lac',
      pda: true,
      signal: new AbortController().signal,
      onProgress: ({ unit, units, loss, etaSeconds }) => {
        const numbers: (number | null)[] = [unit / units, loss, etaSeconds]
        return numbers
      },
    })
    await purified.save('resnet18.w4a4.safetensors')
    const trial = { trigger: triggers.square({ size: 6 }), target: 0, reference: plain }
    const { ba, asr }: MeasureResult = await measure(purified, calibration, trial)
    const { data, shape } = await model.forward(new Float32Array(3072), [1, 3, 32, 32])
    return [ba, asr, data.length, shape.length]
  }
  t.type(never, 'function')
})

t.test('wrong options do not compile', async t => {
  const wrong: PurifyOptions[] = [
    // @ts-expect-error: no such solver
    { solver: 'magic' },
    // @ts-expect-error: no such option
    { wieghtBits: 4 },
    // @ts-expect-error: a number, not text
    { weightBits: '4' },
    { activationBits: 'none' },
  ]
  t.equal(wrong.length, 4)
  // @ts-expect-error: no such code
  t.equal(new ShellacError('ERR_ODD', { thing: '', found: '' }).code, 'ERR_ODD')
})
