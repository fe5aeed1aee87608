// Clean models, trigger sizes, ImageNette, and advanced triggers.
import { TABLE_9, TABLE_10, TABLE_11, TABLE_12 } from '../paper/others.js'
import { defineExperiment, FULL_PRECISION } from '../schema.js'
import { TWO_BY_TWO, WHOSE_QUANTIZER } from './shared.js'

const CLEAN_QAT = {
  dataset: ['cifar10', 'tiny-imagenet'],
  attack: { name: 'qu-anti-zation', label: 'clean-qat', options: { c2: 0 } },
}

export const table9 = defineExperiment({
  name: 'table-9',
  title: 'Table 9: clean models trained with QAT, ResNet-18',
  notes: [
    WHOSE_QUANTIZER,
    "QAT: Qu-ANTI-zation's loss without its triggered terms (c2 = 0). ASR is that of a trigger that the model never saw.",
  ],
  cells: [
    ...[8, 4].map(attackBits => ({ ...CLEAN_QAT, attackBits, bits: FULL_PRECISION })),
    { ...CLEAN_QAT, bits: [8, 4], ...TWO_BY_TWO },
  ],
  // What the scale has for the attack at 8 bits is there to plant a backdoor.
  scales: { small: { attacks: { 'qu-anti-zation': { atBits: { 8: false } } } } },
  paper: TABLE_9,
})

const pq = (label: string, trigger: string) => ({
  name: 'pq-backdoor',
  label: `pq-backdoor-${label}`,
  options: { trigger },
})
const SIZES = [3, 4, 6].map(size => pq(`${size}x${size}`, `square:size=${size},margin=2,value=1`))

export const table10 = defineExperiment({
  name: 'table-10',
  title: 'Table 10: trigger sizes, PQBackdoor, CIFAR-10, ResNet-18',
  notes: [WHOSE_QUANTIZER],
  cells: [
    { attack: SIZES, attackBits: 8, bits: 32 },
    { attack: SIZES, attackBits: 4, bits: 32 },
    { attack: SIZES, bits: [8, 4], ...TWO_BY_TWO },
  ],
  paper: TABLE_10,
})

export const table11 = defineExperiment({
  name: 'table-11',
  title: 'Table 11: ImageNette, PQBackdoor, ResNet-18',
  notes: [WHOSE_QUANTIZER],
  cells: [
    { dataset: 'imagenette', attack: 'pq-backdoor', attackBits: 8, bits: 32 },
    { dataset: 'imagenette', attack: 'pq-backdoor', bits: [8, 4], ...TWO_BY_TWO },
  ],
  scales: { paper: { architectures: { resnet18: { stem: 'imagenet' } }, attack: { batch: 16 } } },
  paper: TABLE_11,
})

const ADVANCED = [pq('input-aware', 'input-aware'), pq('wanet', 'wanet')]

export const table12 = defineExperiment({
  name: 'table-12',
  title: 'Table 12: advanced triggers, PQBackdoor at 8 bits, CIFAR-10, ResNet-18',
  notes: [WHOSE_QUANTIZER],
  cells: [
    { attack: ADVANCED, attackBits: 8, bits: 32 },
    { attack: ADVANCED, bits: 8, ...TWO_BY_TWO },
  ],
  paper: TABLE_12,
})
