// Architectures, the bound of PDA, and the parts of the method.
import { TABLE_3, TABLE_4, TABLE_5 } from '../paper/others.js'
import { defineExperiment, FULL_PRECISION } from '../schema.js'
import { TWO_BY_TWO, WHOSE_QUANTIZER } from './shared.js'

const NETWORKS = [
  { architecture: ['alexnet', 'vgg19Bn', 'mobilenetV2'] },
  { dataset: 'imagenette', architecture: ['vit', 'efficientvit'] },
]
const ATTACK = { attack: 'qu-anti-zation', attackBits: 4 }

export const table3 = defineExperiment({
  name: 'table-3',
  title: 'Table 3: other architectures, Qu-ANTI-zation at 4 bits',
  notes: [
    WHOSE_QUANTIZER,
    'Networks without BN (AlexNet, ViT) have no PDA. EfficientViT: ours is of Cai et al. (2023); the paper cites Liu et al. (2023).',
  ],
  cells: NETWORKS.flatMap(networks => [
    { ...networks, ...ATTACK, bits: FULL_PRECISION },
    { ...networks, ...ATTACK, bits: 4, ...TWO_BY_TWO },
  ]),
  scales: { small: { datasets: { imagenette: { source: 'cifar10', crop: 4, flip: true } } } },
  paper: TABLE_3,
})

const GAMMAS = [1e-4, 5e-4, 1e-3, 5e-3, 1e-2]

export const table4 = defineExperiment({
  name: 'table-4',
  title: 'Table 4: the bound γ of PDA, PQBackdoor, ResNet-18',
  notes: ['The paper does not give the bits; its figures are near those of Table 1 at 8.'],
  cells: [
    {
      dataset: ['cifar10', 'tiny-imagenet'],
      attack: 'pq-backdoor',
      bits: 8,
      defence: GAMMAS.map(gamma => ({
        name: 'lac-pda',
        label: `lac-pda-gamma-${gamma}`,
        options: { pdaBound: gamma },
      })),
      quantizer: ['attacker', 'mse'],
    },
    { dataset: ['cifar10', 'tiny-imagenet'], attack: 'pq-backdoor', bits: 8, quantizer: ['attacker', 'mse'] },
  ],
  paper: TABLE_4,
})

export const table5 = defineExperiment({
  name: 'table-5',
  title: 'Table 5: LAC with and without PDA, PQBackdoor at 8 bits, CIFAR-10',
  notes: [WHOSE_QUANTIZER],
  cells: [
    { attack: 'pq-backdoor', bits: 8, defence: ['none', 'lac', 'lac-pda'], quantizer: ['attacker', 'mse'] },
  ],
  paper: TABLE_5,
})
