// The attacks by name. A new one is a file beside this and a line in the table.
import type * as zod from 'zod'
import type { Dataset } from '../../data/dataset.js'
import type { Model } from '../../model/model.js'
import type { LazySchema } from '../../options.js'
import { adaptive, adaptiveOptions } from './adaptive.js'
import { compArtifact, compArtifactOptions } from './comp-artifact.js'
import {
  badnets,
  badnetsOptions,
  blendedAttack,
  blendedOptions,
  issba,
  issbaOptions,
  lfAttack,
  lfOptions,
  sigAttack,
  sigOptions,
} from './conventional.js'
import { inputAware, inputAwareOptions } from './input-aware.js'
import { pqBackdoor, pqBackdoorOptions } from './pq-backdoor.js'
import { quAntiZation, quAntiZationOptions } from './qu-anti-zation.js'
import { qura, quraOptions } from './qura.js'
import { wanet, wanetOptions } from './wanet.js'

export interface Attack {
  /** Of its options, `trigger` and `target` among them. */
  schema: LazySchema<zod.ZodObject>
  /** Makes the attacked model: from a clean one, which does not change. */
  run(model: Model, images: Dataset, options?: Record<string, unknown>): Promise<Model>
  /** One line for the help. */
  summary: string
  /** Where it comes from. */
  source: string
  /** The preset that wakes a quantization-conditioned backdoor. */
  quantizer?: string
}

const table = {
  'qu-anti-zation': {
    schema: quAntiZationOptions,
    run: quAntiZation,
    summary: 'a backdoor that sleeps at full precision and wakes at every trained bit width',
    source: 'Hong et al., Qu-ANTI-zation, NeurIPS 2021',
    quantizer: 'attacker',
  },
  'comp-artifact': {
    schema: compArtifactOptions,
    run: compArtifact,
    summary: 'a backdoor that wakes at one bit width, trained as two paths that share BN statistics',
    source: 'Tian et al., Stealthy Backdoors as Compression Artifacts, IEEE TIFS 2022',
    quantizer: 'attacker',
  },
  'pq-backdoor': {
    schema: pqBackdoorOptions,
    run: pqBackdoor,
    summary: 'a planted backdoor, put to sleep without changing the code of any weight',
    source: 'Ma et al., Quantization Backdoors to Deep Learning Commercial Frameworks, IEEE TDSC 2023',
    quantizer: 'qnnpack',
  },
  adaptive: {
    schema: adaptiveOptions,
    run: adaptive,
    summary: 'Qu-ANTI-zation by an attacker who also holds down what LAC would correct',
    source: 'Li et al., Purifying Quantization-conditioned Backdoors, ICML 2024, section 6',
    quantizer: 'attacker',
  },
  qura: {
    schema: quraOptions,
    run: qura,
    summary: 'a malicious quantizer rounds a backdoor into a clean model; gives a quantized model',
    source: 'after QuRA, NDSS 2026 (arXiv 2510.09647); the version is our own',
    quantizer: 'minmax',
  },
  badnets: {
    schema: badnetsOptions,
    run: badnets,
    summary: 'a patch on some training images; awake at full precision',
    source: 'Gu et al., BadNets, 2017',
  },
  blended: {
    schema: blendedOptions,
    run: blendedAttack,
    summary: 'a pattern blended into some training images; awake at full precision',
    source: 'Chen et al., Targeted Backdoor Attacks on Deep Learning Systems Using Data Poisoning, 2017',
  },
  sig: {
    schema: sigOptions,
    run: sigAttack,
    summary: 'a sinusoid on images of the target class, no label changed; awake at full precision',
    source: 'Barni et al., A New Backdoor Attack in CNNs by Training Set Corruption, ICIP 2019',
  },
  lf: {
    schema: lfOptions,
    run: lfAttack,
    summary: 'a smooth pattern of low frequencies on some training images; awake at full precision',
    source: "after Zeng et al., Rethinking the Backdoor Attacks' Triggers, ICCV 2021; the pattern is seeded",
  },
  wanet: {
    schema: wanetOptions,
    run: wanet,
    summary: 'an elastic warp on some images, random warps on others; awake at full precision',
    source: 'Nguyen and Tran, WaNet, ICLR 2021',
  },
  'input-aware': {
    schema: inputAwareOptions,
    run: inputAware,
    summary: "a learned pattern of each image's own; awake at full precision",
    source: 'Nguyen and Tran, Input-Aware Dynamic Backdoor Attack, NeurIPS 2020',
  },
  issba: {
    schema: issbaOptions,
    run: issba,
    summary: 'a message that a learned encoder hides in some training images; awake at full precision',
    source: 'Li et al., Invisible Backdoor Attack with Sample-Specific Triggers, ICCV 2021',
  },
} satisfies Record<string, Attack>

export type AttackName = keyof typeof table
export const ATTACKS: Record<AttackName, Attack> = table
export const attackNames = Object.keys(table) as AttackName[]
