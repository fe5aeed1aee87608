// PDA with other defences, the adaptive attack, and the attacked models at full precision.
import { TABLE_6 } from '../paper/conventional.js'
import { TABLE_7, TABLE_8 } from '../paper/others.js'
import { defineExperiment, FULL_PRECISION } from '../schema.js'
import { TWO_BY_TWO, WHOSE_QUANTIZER } from './shared.js'

export const table6 = defineExperiment({
  name: 'table-6',
  title:
    'Table 6: PDA with other defences against conventional attacks, CIFAR-10, PreAct-ResNet18, full precision',
  notes: ['Six DERs of the paper do not follow from its BA and ASR; both are shown.'],
  cells: [
    {
      architecture: 'preactResnet18',
      attack: ['badnets', 'blended', 'input-aware', 'lf', 'sig', 'issba', 'wanet'],
      bits: 32,
      defence: ['none', 'nad', 'nad-pda', 'ft-sam', 'ft-sam-pda'],
    },
  ],
  scales: {
    paper: {
      // The paper takes BackdoorBench here, with its defaults.
      defence: { optimizer: 'sgd', learningRate: 0.01, batch: 256 },
      defences: {
        nad: { teacherEpochs: 10, epochs: 100 },
        'nad-pda': { teacherEpochs: 10, epochs: 100, pdaSteps: 500 },
        'ft-sam': { epochs: 100 },
        'ft-sam-pda': { epochs: 100, pdaSteps: 500 },
      },
    },
  },
  paper: TABLE_6,
})

export const table7 = defineExperiment({
  name: 'table-7',
  title: 'Table 7: the adaptive attack, CIFAR-10, ResNet-18',
  notes: [WHOSE_QUANTIZER, 'The paper does not give the bits.'],
  cells: [
    ...[8, 4].map(attackBits => ({ attack: 'adaptive', attackBits, bits: FULL_PRECISION })),
    { attack: 'adaptive', bits: [8, 4], ...TWO_BY_TWO },
  ],
  paper: TABLE_7,
})

const datasets = ['cifar10', 'tiny-imagenet']

export const table8 = defineExperiment({
  name: 'table-8',
  title: 'Table 8: the attacked models at full precision, ResNet-18',
  notes: ['A model for each bit width where the attack trains one for each.'],
  cells: [
    { dataset: datasets, attack: ['none', 'qu-anti-zation'], bits: 32 },
    { dataset: datasets, attack: ['comp-artifact', 'pq-backdoor'], attackBits: 8, bits: 32 },
    { dataset: datasets, attack: ['comp-artifact', 'pq-backdoor'], attackBits: 4, bits: 32 },
  ],
  paper: TABLE_8,
})
