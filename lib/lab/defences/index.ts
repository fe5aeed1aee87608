// The defences by name. A new one is a file beside this and a line in the table.
import type * as zod from 'zod'
import type { Dataset } from '../../data/dataset.js'
import type { Model } from '../../model/model.js'
import type { LazySchema } from '../../options.js'
import { adaRound, adaRoundOptions } from './adaround.js'
import { boundaryFlips, boundaryFlipsOptions } from './boundary-flips.js'
import { brecq, brecqOptions } from './brecq.js'
import { efrap, efrapOptions } from './efrap.js'
import { finePruning, finePruningOptions } from './fine-pruning.js'
import { ft, ftOptions } from './ft.js'
import { ftSam, ftSamOptions, ftSamPda, ftSamPdaOptions } from './ft-sam.js'
import { iBau, iBauOptions } from './i-bau.js'
import { intervalNoise, intervalNoiseOptions } from './interval-noise.js'
import { lac, lacOptions, lacPda } from './lac.js'
import { mcr, mcrOptions } from './mcr.js'
import { nad, nadOptions, nadPda, nadPdaOptions } from './nad.js'
import { qDrop, qDropOptions } from './qdrop.js'
import { qvec, qvecOptions } from './qvec.js'

export interface Defence {
  schema: LazySchema<zod.ZodObject>
  /**
   * Defends a model that may have a backdoor, with the benign images that a defender has; the model does not change.
   * Gives a Model where the defence tunes at full precision, a QuantizedModel where it is itself the rounding.
   */
  run(model: Model, images: Dataset, options?: Record<string, unknown>): Promise<Model>
  /** One line for the help. */
  summary: string
  /** Where it comes from. */
  source: string
}

const table = {
  lac: {
    schema: lacOptions,
    run: lac,
    summary: 'layer-wise activation correction: rounds each unit so that its output stays what it was',
    source: 'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 4.2',
  },
  'lac-pda': {
    schema: lacOptions,
    run: lacPda,
    summary: 'LAC on inputs that were moved towards the statistics of each BN: what purify() does',
    source: 'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 4',
  },
  qvec: {
    schema: qvecOptions,
    run: qvec,
    summary: "subtracts nearest rounding's error from the weights before it rounds them",
    source: 'after Yang et al., Quantization as a Malicious Task, arXiv 2606.20254',
  },
  'interval-noise': {
    schema: intervalNoiseOptions,
    run: intervalNoise,
    summary: 'adds noise of half a quantization interval to the weights before it rounds them',
    source: 'interval-calibrated noisy quantization, FARS FA0112, 2026',
  },
  'boundary-flips': {
    schema: boundaryFlipsOptions,
    run: boundaryFlips,
    summary: 'gives the weights nearest a rounding boundary the other code',
    source: 'after FlipGuard, arXiv 2606.28962',
  },
  ft: {
    schema: ftOptions,
    run: ft,
    summary: 'fine-tunes all layers on benign images',
    source: 'the baseline FT of the paper',
  },
  'fine-pruning': {
    schema: finePruningOptions,
    run: finePruning,
    summary: 'cuts off the features that benign images leave idle, then fine-tunes',
    source: 'Liu et al., Fine-Pruning, RAID 2018',
  },
  mcr: {
    schema: mcrOptions,
    run: mcr,
    summary: 'takes a model from the middle of a curve between the given one and its fine-tuned copy',
    source: 'Zhao et al., Bridging Mode Connectivity in Loss Landscapes, ICLR 2020',
  },
  nad: {
    schema: nadOptions,
    run: nad,
    summary: 'distils the attention of a fine-tuned copy',
    source: 'Li et al., Neural Attention Distillation, ICLR 2021',
  },
  'nad-pda': {
    schema: nadPdaOptions,
    run: nadPda,
    summary: 'NAD on images that PDA has moved',
    source: 'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 5.4',
  },
  'i-bau': {
    schema: iBauOptions,
    run: iBau,
    summary: 'unlearns the perturbation that fools the model most, along an implicit gradient',
    source: 'Zeng et al., Adversarial Unlearning of Backdoors via Implicit Hypergradient, ICLR 2022',
  },
  'ft-sam': {
    schema: ftSamOptions,
    run: ftSam,
    summary: 'fine-tunes towards flat minima',
    source:
      'Zhu et al., Enhancing Fine-Tuning Based Backdoor Defense with Sharpness-Aware Minimization, ICCV 2023',
  },
  'ft-sam-pda': {
    schema: ftSamPdaOptions,
    run: ftSamPda,
    summary: 'FT-SAM on images that PDA has moved',
    source: 'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 5.4',
  },
  efrap: {
    schema: efrapOptions,
    run: efrap,
    summary: 'rounds the weights that nearest rounding errs most on the other way, and keeps the activations',
    source: 'Li et al., Nearest is Not Dearest, CVPR 2024',
  },
  adaround: {
    schema: adaRoundOptions,
    run: adaRound,
    summary: 'learns for each weight whether it is rounded up or down, unit by unit',
    source: 'Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, ICML 2020',
  },
  brecq: {
    schema: brecqOptions,
    run: brecq,
    summary: 'learns the rounding of all weights of a block together',
    source: 'Li et al., BRECQ, ICLR 2021',
  },
  qdrop: {
    schema: qDropOptions,
    run: qDrop,
    summary: 'BRECQ, with the rounding of activations dropped at random while it learns',
    source: 'Wei et al., QDrop, ICLR 2022',
  },
} satisfies Record<string, Defence>

export type DefenceName = keyof typeof table
export const DEFENCES: Record<DefenceName, Defence> = table
export const defenceNames = Object.keys(table) as DefenceName[]
