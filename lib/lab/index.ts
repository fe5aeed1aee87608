/**
 * The lab: training, attacks, defences and experiments, to check what the product claims. It imports the product, never the other way round.
 *
 * @module shellac-torch/lab
 */
export { type AdaptiveOptions, adaptive } from './attacks/adaptive.js'
export { type CompArtifactOptions, compArtifact } from './attacks/comp-artifact.js'
export { type PqBackdoorOptions, pqBackdoor } from './attacks/pq-backdoor.js'
export { type QuAntiZationOptions, quAntiZation } from './attacks/qu-anti-zation.js'
export { type QuraOptions, qura } from './attacks/qura.js'
export {
  defineExperiment,
  type ExperimentInput,
  type ExperimentOptions,
  type ExperimentResult,
  runExperiment,
} from './experiments/index.js'
export { type TrainOptions, train } from './train.js'
