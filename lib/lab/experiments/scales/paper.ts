// The paper's own settings (section 5.1 and Appendix B): full width, all images, all epochs, three seeds. Days on a GPU.
//
// LAC and PDA are solved as the official code does, since its figures are the published ones. What the paper leaves to
// the originals (the optimizers of the attacks) is what Shellac's attacks have as defaults.
import type { Scale } from '../schema.js'

const official = { solver: 'adam-official', iterations: 10_000, learningRate: 1e-3, batch: 32 }
const tuned = { batch: 64, optimizer: 'adam', learningRate: 1e-4 }
const conventional = { clean: false as const, options: {} }

export const paper: Scale = {
  datasets: {
    cifar10: { source: 'cifar10', crop: 4, flip: true },
    'tiny-imagenet': { source: 'tiny-imagenet', crop: 8, flip: true },
    imagenette: { source: 'imagenette', size: 224, crop: 0, flip: true },
  },
  architecture: {},
  architectures: {},
  clean: { epochs: 200, batch: 64, optimizer: 'adam', learningRate: 1e-3, schedule: 'cosine' },
  attack: { batch: 64, poisonRate: 0.05 },
  attacks: {
    'qu-anti-zation': { options: { epochs: 50 } },
    adaptive: { options: { epochs: 50 } },
    'comp-artifact': {
      clean: { epochs: 400 },
      options: { epochs: 50, trigger: 'square:size=3,margin=0,value=1' },
    },
    'pq-backdoor': { clean: false, options: { epochs: 100, dormancyEpochs: 50, poisonRate: 0.01 } },
    badnets: conventional,
    blended: conventional,
    'input-aware': conventional,
    lf: conventional,
    sig: conventional,
    issba: conventional,
    wanet: conventional,
  },
  triggers: {},
  attackPerBits: ['comp-artifact', 'pq-backdoor'],
  defence: tuned,
  defences: {
    lac: official,
    'lac-pda': { ...official, pdaSteps: 500 },
    ft: { epochs: 50 },
    'fine-pruning': { epochs: 50, ratio: 0.4 },
    mcr: { epochs: 50, curveEpochs: 100, t: 0.9 },
    nad: { teacherEpochs: 50, epochs: 50 },
    'i-bau': { rounds: 3 },
    'ft-sam': { epochs: 200, rho: 2 },
  },
  analyses: { 'pda-histograms': { pdaSteps: 500 } },
  calibration: 1024,
  share: 0.05,
  seeds: [0, 1, 2],
}
