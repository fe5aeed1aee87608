// The figures: scores where they are curves of scores, analyses where they are pictures.
import { defineExperiment, type ExperimentInput } from '../schema.js'

const STEPS = [100, 300, 1000, 3000, 10_000]

export const figure2 = defineExperiment({
  name: 'figure-2',
  title:
    'Figure 2: LAC on benign, mixed and poisoned calibration images, by Adam steps a unit, Qu-ANTI-zation, CIFAR-10',
  notes: ['The paper gives curves and no figures, and does not give the bits.'],
  cells: [
    { attack: 'qu-anti-zation', bits: 4 },
    {
      attack: 'qu-anti-zation',
      bits: 4,
      poisoned: [0, 0.1, 1],
      defence: STEPS.map(iterations => ({
        name: 'lac',
        label: `lac-${iterations}-steps`,
        options: { solver: 'adam-official', iterations },
      })),
    },
  ],
  curves: { option: 'iterations', name: 'Adam steps a unit', lines: 'poisoned' },
  scales: { smoke: { architectures: { resnet18: { width: 2 } } } },
})

type Analysis = NonNullable<ExperimentInput['cells'][number]['analysis']>

/** The model that is rounded without a defence, for DER; and the defended one, whose cell looks at all three. */
const looked = (attack: string, analysis: Analysis): ExperimentInput['cells'] => [
  { attack, bits: 4 },
  { attack, bits: 4, defence: 'lac-pda', analysis },
]
const analysed = (
  number: number,
  title: string,
  cells: ExperimentInput['cells'],
  notes: string[] = [],
): ExperimentInput =>
  defineExperiment({
    name: `figure-${number}`,
    title: `Figure ${number}: ${title}, CIFAR-10, ResNet-18`,
    notes,
    cells,
  })

const RANKED =
  'τ is measured on the rounded model, with triggered test images whose class is not the target. The paper does not give the bits.'

export const figure1 = analysed(
  1,
  'activation drift of a backdoor and a benign neuron',
  looked('pq-backdoor', 'activation-histograms'),
  [RANKED],
)
export const figure3 = analysed(
  3,
  'what PDA does to the distribution of activations',
  [
    ...looked('pq-backdoor', 'pda-histograms'),
    {
      attack: 'pq-backdoor',
      bits: 4,
      defence: 'lac-pda',
      analysis: {
        name: 'pda-histograms',
        label: 'pda-histograms-bound-0.1',
        options: { pdaBound: 0.1, pdaSteps: 100 },
      },
    },
  ],
  [
    'The bound γ of PDA is 0.001, as in the paper; so small a change can hardly be seen. In the second picture it is 0.1, to show where PDA leads.',
    'Of the neurons with a BN that one is shown whose benign and triggered distributions differ most in the rounded model, whose values these are.',
  ],
)
export const figure4 = analysed(
  4,
  'Grad-CAM and t-SNE before and after the defence',
  [
    ...looked('qu-anti-zation', 'grad-cam'),
    ...looked('pq-backdoor', 'grad-cam'),
    { attack: 'pq-backdoor', bits: 4, defence: 'lac-pda', analysis: 't-sne' },
  ],
  [
    'Maps are of the class that the model gives the triggered image. Triggered images that fool the rounded model are shown, as far as there are such.',
  ],
)
export const figure5 = analysed(
  5,
  'activation drift, importance with the benign part taken off',
  looked('pq-backdoor', { name: 'activation-histograms', options: { definition: 'modified', shown: 3 } }),
  [RANKED],
)
export const figure6 = analysed(
  6,
  'activation drift, importance as defined',
  looked('pq-backdoor', { name: 'activation-histograms', options: { shown: 3 } }),
  [RANKED],
)
