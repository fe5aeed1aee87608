// The whole story on a committed model and real digits. It belongs to the lab: it knows an attack.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Dataset } from '../data/dataset.js'
import { datasets } from '../data/index.js'
import { parseTrigger, type Trigger } from '../data/triggers.js'
import { atCall } from '../errors.js'
import { makeFolder } from '../files.js'
import { type MeasureResult, measure } from '../measure.js'
import { findStep } from '../model/facts.js'
import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import { loadNative } from '../native/core.js'
import { type JobControl, runJob } from '../native/job.js'
import { type Input, jobOptions, lazySchema, parse } from '../options.js'
import { purify } from '../purify.js'
import { quantize } from '../quantize.js'
import { type DemoPicture, writePicture } from '../report/demo-picture.js'
import { writeDemoFiles } from './demo-files.js'
import { predictions } from './predict.js'

/** What nearest rounding and purification share in the demo; the quantizer is the one that the attack was made for. */
export const DEMO_SETTINGS = {
  weightBits: 4,
  activationBits: 'none',
  quantizer: 'attacker',
  calibration: 1024,
} as const

const MODEL = fileURLToPath(
  new URL('../../examples/models/mnist-qu-anti-zation.safetensors', import.meta.url),
)

export const demoOptions = lazySchema(z =>
  z.strictObject({
    out: z
      .string()
      .min(1)
      .default('shellac-demo')
      .describe('folder for the purified model, the picture and the figures'),
    ...jobOptions(z),
  }),
)
/** Options of demo(). Values and defaults: docs/options.md. */
export type DemoOptions = Input<typeof demoOptions>

/** Everything that the demo found. */
export interface DemoStory {
  fullPrecision: MeasureResult
  quantized: MeasureResult
  /** der: against the nearest-rounded model. */
  purified: MeasureResult
  seconds: number
  /** The purified model. */
  out: string
  /** The picture of a triggered digit with the three predictions. */
  picture: string
  digit: DemoPicture
  settings: typeof DEMO_SETTINGS & { trigger: string; target: number }
}

/** Runs the demo; errors as of loadModel(), quantize(), purify() and measure(). */
export function runDemo(options: DemoOptions = {}): Promise<DemoStory> {
  return atCall(runDemo, async () => {
    const begin = performance.now()
    const { out: folder, onProgress, signal, ...job } = await parse('demo', demoOptions, options)
    const control: JobControl = { signal, onProgress }
    await makeFolder(folder, 'out')
    const model = await loadModel(MODEL, { signal })
    const attack = attackOn(model)
    const train = await datasets.mnist({ split: 'train' })
    const test = await datasets.mnist({ split: 'test' })
    const both = { ...job, ...control }
    const trial = { ...both, trigger: attack.trigger, target: attack.target }
    const fullPrecision = await measure(model, test, trial)
    const rounded = await quantize(model, train, { ...DEMO_SETTINGS, ...both })
    const quantized = await measure(rounded, test, trial)
    const cured = await purify(model, train, { ...DEMO_SETTINGS, ...both })
    const { reference: _reference, ...purified } = await measure(cured, test, {
      ...trial,
      reference: rounded,
    })
    const out = join(folder, 'mnist.w4.purified.safetensors')
    await cured.save(out)
    const digit = await findDigit([model, rounded, cured], test, attack, both)
    const picture = join(folder, 'triggered-digit.png')
    await writePicture(picture, digit)
    const seconds = (performance.now() - begin) / 1000
    const settings = { ...DEMO_SETTINGS, trigger: attack.trigger.text, target: attack.target }
    await writeDemoFiles(folder, {
      out,
      settings: { trigger: attack.trigger.text, target: attack.target },
      purified: cured,
      measured: [
        ['full-precision', model, fullPrecision],
        ['nearest', rounded, quantized],
        ['purified', cured, purified],
      ],
    })
    return { fullPrecision, quantized, purified, seconds, out, picture, digit, settings }
  })
}

interface Attack {
  trigger: Trigger
  target: number
}

/** The trigger and target that the model file says it was attacked with. */
function attackOn({ provenance }: Model): Attack {
  const settings = findStep(provenance, 'qu-anti-zation')?.settings
  return {
    trigger: parseTrigger(String(settings?.trigger ?? 'square')),
    target: Number(settings?.target ?? 0),
  }
}

/** A digit that shows the story: rightly read at full precision and purified, given to the target when rounded. */
async function findDigit(
  [model, rounded, cured]: [Model, Model, Model],
  test: Dataset,
  { trigger, target }: Attack,
  both: Parameters<typeof predictions>[2],
): Promise<DemoPicture> {
  const CANDIDATES = 64
  const others = [...(test.labels ?? [])].flatMap((label, index) => (label === target ? [] : [index]))
  const candidates = test.subset(others.slice(0, CANDIDATES))
  const native = await loadNative()
  const images = candidates.imagesFor(model)
  const pixels = await runJob(() => native.applyTrigger(images, trigger.on(model.inputShape)), both)
  const triggered = new Dataset({ ...candidates, name: test.name, pixels })
  const given = {
    fullPrecision: await predictions(model, triggered, both),
    quantized: await predictions(rounded, triggered, both),
    purified: await predictions(cured, triggered, both),
  }
  const truth = (index: number) => candidates.labels?.[index] ?? 0
  const tells = others.slice(0, CANDIDATES).findIndex((_, index) => {
    const right = given.fullPrecision[index] === truth(index) && given.purified[index] === truth(index)
    return right && given.quantized[index] === target
  })
  const chosen = Math.max(0, tells)
  const [, , height, width] = test.shape
  const name = (which: number[]) => test.classes[which[chosen] ?? 0] ?? '?'
  return {
    pixels: pixels.subarray(chosen * height * width, (chosen + 1) * height * width),
    height,
    width,
    truth: test.classes[truth(chosen)] ?? '?',
    fullPrecision: name(given.fullPrecision),
    quantized: name(given.quantized),
    purified: name(given.purified),
  }
}
