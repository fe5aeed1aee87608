/**
 * The lab: training, attacks, defences and experiments, to check what the product claims. It imports the product, never the other way round.
 *
 * @module shellac-torch/lab
 */
export { type AdaptiveOptions, adaptive } from './attacks/adaptive.js'
export { type CompArtifactOptions, compArtifact } from './attacks/comp-artifact.js'
export {
  badnets,
  blendedAttack,
  issba,
  lfAttack,
  type PoisoningOptions,
  sigAttack,
} from './attacks/conventional.js'
export { type InputAwareOptions, inputAware } from './attacks/input-aware.js'
export { type PqBackdoorOptions, pqBackdoor } from './attacks/pq-backdoor.js'
export { type QuAntiZationOptions, quAntiZation } from './attacks/qu-anti-zation.js'
export { type QuraOptions, qura } from './attacks/qura.js'
export { type WanetOptions, wanet } from './attacks/wanet.js'
export { type AdaRoundOptions, adaRound } from './defences/adaround.js'
export { type BoundaryFlipsOptions, boundaryFlips } from './defences/boundary-flips.js'
export { type BrecqOptions, brecq } from './defences/brecq.js'
export { type EfrapOptions, efrap } from './defences/efrap.js'
export { type FinePruningOptions, finePruning } from './defences/fine-pruning.js'
export { type FtOptions, ft } from './defences/ft.js'
export { type FtSamOptions, type FtSamPdaOptions, ftSam, ftSamPda } from './defences/ft-sam.js'
export { type IBauOptions, iBau } from './defences/i-bau.js'
export { type IntervalNoiseOptions, intervalNoise } from './defences/interval-noise.js'
export { type LacOptions, lac, lacPda } from './defences/lac.js'
export { type McrOptions, mcr } from './defences/mcr.js'
export { type NadOptions, type NadPdaOptions, nad, nadPda } from './defences/nad.js'
export { type QDropOptions, qDrop } from './defences/qdrop.js'
export { type QvecOptions, qvec } from './defences/qvec.js'
export {
  defineExperiment,
  type ExperimentInput,
  type ExperimentOptions,
  type ExperimentResult,
  runExperiment,
} from './experiments/index.js'
export { type TrainOptions, train } from './train.js'
