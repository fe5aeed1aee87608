/**
 * Looking into a model, and into what rounding and purification do to it: the verbs behind the paper's figures.
 *
 * @module shellac-torch/analysis
 */

export {
  type Bins,
  commonBins,
  type Drift,
  drift,
  histogram,
  kullbackLeibler,
  moments,
} from './drift.js'
export { type FeaturesOptions, features } from './features.js'
export { type GradCamOptions, type GradCamResult, gradCam } from './grad-cam.js'
export {
  type ImportanceDefinition,
  type ImportanceOptions,
  type ImportanceResult,
  importanceOf,
  type NeuronWithImportance,
  neuronImportance,
} from './importance.js'
export { type MovedInputsOptions, type MovedInputsResult, movedInputs } from './moved-inputs.js'
export type { Neuron } from './neurons.js'
export {
  type ChannelStatistics,
  type Moments,
  type NormStatistics,
  type NormStatisticsOptions,
  normStatistics,
} from './norm-statistics.js'
export { type PreActivationsOptions, preActivations } from './pre-activations.js'
export { type TsneOptions, tSne } from './t-sne.js'
export { type NeuronDrift, type UnitDrift, type UnitDriftOptions, unitDrift } from './unit-drift.js'
