// About a minute on two cores for a table: MNIST digits, which are embedded, and a network a few channels wide. It
// shows that everything runs; its figures say nothing about any method.
import type { Scale } from '../schema.js'

const digits = { source: 'mnist', train: 512, test: 200, crop: 0, flip: false }
const quick = { epochs: 2, batch: 32, learningRate: 3e-3 }

export const smoke: Scale = {
  datasets: { cifar10: digits, 'tiny-imagenet': digits, imagenette: digits },
  architecture: {},
  architectures: {
    resnet18: { width: 2 },
    preactResnet18: { width: 2 },
    alexnet: { width: 4 },
    vgg19Bn: { width: 2 },
    mobilenetV2: { width: 4 },
    vit: { width: 16, depth: 2, heads: 2 },
    efficientvit: { width: 2 },
  },
  clean: { ...quick, optimizer: 'adam', schedule: 'one-cycle' },
  attack: { epochs: 2, batch: 32, dormancyEpochs: 1, learningRate: 1e-3 },
  attacks: { 'pq-backdoor': { clean: false, options: {} } },
  attackPerBits: ['comp-artifact', 'pq-backdoor'],
  defence: { epochs: 1, batch: 32, columns: 500, iterations: 20, pdaSteps: 3, rounds: 1 },
  defences: {},
  calibration: 64,
  share: 0.25,
  seeds: [0],
}
