// A minute or two on two cores for a table: MNIST digits, which are embedded, and a network a few channels wide. It
// shows that everything runs and that backdoors wake; its figures say little about any method.
import type { Scale } from '../schema.js'

const digits = { source: 'mnist', train: 1500, test: 500, crop: 0, flip: false }

export const smoke: Scale = {
  datasets: { mnist: digits, cifar10: digits, 'tiny-imagenet': digits, imagenette: digits },
  architecture: {},
  architectures: {
    resnet18: { width: 4 },
    preactResnet18: { width: 4 },
    alexnet: { width: 4 },
    vgg19Bn: { width: 2 },
    mobilenetV2: { width: 4 },
    vit: { width: 16, depth: 2, heads: 2 },
    efficientvit: { width: 2 },
  },
  clean: { epochs: 3, batch: 32, optimizer: 'adam', learningRate: 5e-3, schedule: 'one-cycle' },
  attack: { epochs: 3, batch: 32, dormancyEpochs: 3, poisonRate: 0.05 },
  attacks: {
    'qu-anti-zation': { options: { c2: 1, learningRate: 1e-3, schedule: 'one-cycle' } },
    adaptive: { options: { c2: 1, learningRate: 1e-3, schedule: 'one-cycle' } },
    'comp-artifact': { options: { learningRate: 0.03, schedule: 'cosine' } },
    'pq-backdoor': { options: { learningRate: 0.02, dormancyLearningRate: 5e-3 } },
  },
  triggers: {
    'input-aware': 'input-aware:width=4,maskEpochs=2',
    issba: 'issba:width=4,bits=4,epochs=3',
  },
  attackPerBits: ['comp-artifact', 'qu-anti-zation', 'pq-backdoor', 'adaptive'],
  defence: { epochs: 2, curveEpochs: 2, teacherEpochs: 2, rounds: 1, batch: 32, columns: 1000 },
  defences: Object.fromEntries(
    ['lac', 'lac-pda', 'efrap', 'adaround', 'brecq', 'qdrop'].map(name => [name, { iterations: 20 }]),
  ),
  analyses: {},
  calibration: 200,
  share: 0.25,
  seeds: [0],
}
