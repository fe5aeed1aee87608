// Figure 3: what a BN reads of benign images, of triggered ones, and of benign ones that PDA moved.
import { type Bins, commonBins, histogram, kullbackLeibler } from '../../../analysis/drift.js'
import { movedInputs } from '../../../analysis/moved-inputs.js'
import { type Recording, record, rowsOf } from '../../../analysis/record.js'
import type { Dataset } from '../../../data/dataset.js'
import { triggerOn } from '../../../data/triggers.js'
import { ShellacError } from '../../../errors.js'
import { lazySchema } from '../../../options.js'
import { histogramPicture } from '../../../report/histograms.js'
import { defineAnalysis, rounded, type Subject } from './analysis.js'

const schema = lazySchema(z =>
  z.strictObject({
    images: z.int().min(1).default(256).describe("of the defender's"),
    values: z.int().min(100).max(1_000_000).default(4096).describe('values a histogram'),
    bins: z.int().min(4).max(500).default(60),
    pdaForm: z.enum(['official', 'paper']).default('official').describe('as of purify()'),
    pdaSteps: z.int().min(1).max(100_000).default(3),
    pdaBound: z.number().positive().max(1).default(1e-3),
  }),
)

export interface PdaHistograms {
  /** Of all neurons with a BN the one whose benign and triggered distributions differ most. */
  unit: string
  channel: number
  bins: Bins
  benign: number[]
  triggered: number[]
  moved: number[]
  /** KL(triggered ‖ ·), nats. */
  klBenign: number
  klMoved: number
  /** Distance of the BN's input statistics from the running ones, of all channels. */
  before: number
  after: number
}

export const pdaHistograms = defineAnalysis({
  name: 'pda-histograms',
  schema,
  run: async (subject, { images, values, bins: count, ...pda }): Promise<PdaHistograms> => {
    const looked = { limit: values, batch: 128, seed: subject.seed, ...subject.job }
    const benign = subject.benign.sample(images, subject.seed)
    const own = await readByNorms(subject, benign, looked, false)
    const triggered = await readByNorms(subject, benign, looked, true)
    const { unit, channel, at } = mostDifferent(own, triggered, count)
    const { moved, before, after } = await movedInputs(subject.rounded, benign, {
      unit,
      channels: [channel],
      ...pda,
      ...looked,
    })
    const sets = [own[at]?.values, triggered[at]?.values, moved[0]].map(set => set ?? new Float32Array())
    const bins = commonBins(sets, count)
    const [ofBenign = [], ofTriggered = [], ofMoved = []] = sets.map(set => histogram(set, bins))
    return {
      unit,
      channel,
      bins,
      benign: ofBenign,
      triggered: ofTriggered,
      moved: ofMoved,
      klBenign: rounded(kullbackLeibler(ofTriggered, ofBenign), 6),
      klMoved: rounded(kullbackLeibler(ofTriggered, ofMoved), 6),
      before: rounded(before, 6),
      after: rounded(after, 6),
    }
  },
  picture: async ({ unit, channel, bins, benign, triggered, moved, klBenign, klMoved }) => {
    const panel = (title: string, kl: number, name: string, counts: number[]) => ({
      title,
      note: `KL(triggered ‖ ${name}) = ${kl.toFixed(4)}`,
      x: `input of the BN of ${unit}, channel ${channel}`,
      bins,
      series: [
        { name, counts },
        { name: 'triggered', counts: triggered },
      ],
    })
    return histogramPicture([
      [panel('before PDA', klBenign, 'benign', benign), panel('after PDA', klMoved, 'benign, moved', moved)],
    ])
  },
  table: ({ unit, channel, klBenign, klMoved, before, after }) => [
    ['unit', 'channel', 'images', 'KL(triggered ‖ ·)', 'distance from the BN statistics'],
    [unit, String(channel), 'benign', klBenign.toFixed(4), before.toFixed(4)],
    [unit, String(channel), 'benign, moved by PDA', klMoved.toFixed(4), after.toFixed(4)],
  ],
})

interface Read {
  unit: string
  channel: number
  values: Float32Array
}

async function readByNorms(
  { rounded: model, trigger }: Subject,
  images: Dataset,
  looked: Omit<Recording, 'wanted' | 'trigger'>,
  triggered: boolean,
): Promise<Read[]> {
  const units = model.inspect().units.filter(({ batchNorm }) => batchNorm !== null)
  if (units.length === 0) {
    throw new ShellacError('ERR_BAD_MODEL', {
      thing: model.name,
      found: 'no BN that reads a conv or linear',
      expected: 'a network with BNs, which PDA is about',
    })
  }
  const records = await record(model, images, {
    ...looked,
    wanted: units.map(({ name }) => ({ value: name, channels: [] })),
    trigger: triggered ? await triggerOn(trigger, model.inputShape) : null,
  })
  return records.flatMap((made, at) =>
    rowsOf(made).map((values, channel) => ({ unit: units[at]?.name ?? '', channel, values })),
  )
}

function mostDifferent(
  own: Read[],
  triggered: Read[],
  count: number,
): { unit: string; channel: number; at: number } {
  let best = { kl: -1, at: 0 }
  for (const [at, { values }] of own.entries()) {
    const other = triggered[at]?.values ?? new Float32Array()
    const bins = commonBins([values, other], count)
    const kl = kullbackLeibler(histogram(other, bins), histogram(values, bins))
    if (kl > best.kl) best = { kl, at }
  }
  const { unit = '', channel = 0 } = own[best.at] ?? {}
  return { unit, channel, at: best.at }
}
