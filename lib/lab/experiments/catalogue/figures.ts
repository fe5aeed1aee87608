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
  scales: { smoke: { architectures: { resnet18: { width: 2 } } } },
})

const analysed = (number: number, title: string, analysis: string, attack: string[]): ExperimentInput =>
  defineExperiment({
    name: `figure-${number}`,
    title: `Figure ${number}: ${title}, CIFAR-10, ResNet-18`,
    cells: [{ attack, bits: 4, defence: ['none', 'lac-pda'], analysis }],
  })

export const figure1 = analysed(
  1,
  'activation drift of a benign and a backdoor neuron',
  'activation-histograms',
  ['pq-backdoor'],
)
export const figure3 = analysed(3, 'what PDA does to the distribution of activations', 'pda-histograms', [
  'pq-backdoor',
])
export const figure4 = defineExperiment({
  name: 'figure-4',
  title: 'Figure 4: Grad-CAM and t-SNE before and after the defence, CIFAR-10, ResNet-18',
  cells: [
    {
      attack: ['qu-anti-zation', 'pq-backdoor'],
      bits: 4,
      defence: ['none', 'lac-pda'],
      analysis: 'grad-cam',
    },
    { attack: 'pq-backdoor', bits: 4, defence: ['none', 'lac-pda'], analysis: 't-sne' },
  ],
})
export const figure5 = analysed(
  5,
  'activation drift, importance with the benign part taken off',
  'activation-histograms',
  ['pq-backdoor'],
)
export const figure6 = analysed(6, 'activation drift, importance as defined', 'activation-histograms', [
  'pq-backdoor',
])
