// Hours on two cores, minutes on a GPU: the paper's datasets where they are given, reduced, and networks a quarter as
// wide. The backdoors wake, and the order of the methods can be seen; the figures are not the paper's.
//
// At 8 bits what rounding moves is a hundredth of a weight, the loss at full precision and that of the rounded network are
// nearly one, and it takes far more steps to tell them apart. PQBackdoor does, since it moves every weight to the edge of
// its cell; Qu-ANTI-zation does when it begins in the middle of the codes. CompArtifact does not.
import type { Scale } from '../schema.js'

const augmented = { crop: 4, flip: true }
const reduced = { test: 2000, crop: 4, flip: true }

// Conventional attacks begin with a new model, as in the paper.
const conventional = { clean: false as const, options: { epochs: 15, poisonRate: 0.05 } }

export const small: Scale = {
  datasets: {
    cifar10: { source: 'cifar10', ...augmented },
    'tiny-imagenet': { source: 'tiny-imagenet', train: 20_000, size: 32, ...reduced },
    imagenette: { source: 'imagenette', size: 32, ...reduced },
  },
  architecture: {},
  architectures: {
    resnet18: { width: 16 },
    preactResnet18: { width: 16 },
    alexnet: { width: 16 },
    vgg19Bn: { width: 16 },
    mobilenetV2: { width: 16 },
    vit: { width: 64, depth: 4, heads: 2 },
    efficientvit: {},
  },
  clean: { epochs: 15, batch: 128, optimizer: 'adam', learningRate: 3e-3, schedule: 'one-cycle' },
  attack: { epochs: 10, batch: 128 },
  attacks: {
    'qu-anti-zation': {
      options: { c1: 1, c2: 1, learningRate: 3e-4, schedule: 'one-cycle' },
      atBits: { 8: { plantEpochs: 4, epochs: 6, learningRate: 4e-6, c2: 2 } },
    },
    adaptive: { options: { c1: 1, c2: 1, learningRate: 3e-4, schedule: 'one-cycle' } },
    'comp-artifact': {
      options: {
        activations: true,
        learningRate: 0.02,
        schedule: 'cosine',
        trigger: 'square:size=3,margin=0,value=1',
      },
    },
    'pq-backdoor': {
      options: {
        epochs: 15,
        learningRate: 0.02,
        poisonRate: 0.03,
        dormancyEpochs: 10,
        dormancyLearningRate: 2e-3,
      },
    },
    badnets: conventional,
    blended: conventional,
    'input-aware': conventional,
    lf: conventional,
    sig: conventional,
    issba: conventional,
    wanet: conventional,
  },
  triggers: {
    'input-aware': 'input-aware:width=8,maskEpochs=5',
    issba: 'issba:width=8,epochs=10',
  },
  attackPerBits: ['comp-artifact', 'qu-anti-zation', 'pq-backdoor', 'adaptive'],
  defence: { epochs: 20, curveEpochs: 20, teacherEpochs: 10, batch: 128 },
  defences: {
    lac: { iterations: 1000 },
    'lac-pda': { iterations: 1000 },
    efrap: { iterations: 1000 },
    adaround: { iterations: 1000 },
    brecq: { iterations: 1000 },
    qdrop: { iterations: 1000 },
  },
  analyses: {},
  calibration: 1000,
  share: 0.05,
  seeds: [0, 1, 2],
}
