// What the defences that tune have in common: the loop's options with their defaults, and PDA as a plug-in.
import type { Z } from '../../options.js'
import { type LoopDefaults, loopOptions } from '../training.js'

const FINE_TUNING: LoopDefaults = {
  epochs: 50,
  optimizer: 'sgd',
  learningRate: 0.01,
  weightDecay: 5e-4,
  schedule: 'cosine',
}

/** Those of the loop, as fine-tuning has them. */
export const tuningOptions = (z: Z, defaults: Partial<LoopDefaults> = {}) =>
  loopOptions(z, { ...FINE_TUNING, ...defaults })

/** PDA before the images are read (the paper, section 5.4). */
export const approximationOptions = (z: Z) => ({
  pdaSteps: z.int().min(1).max(10_000).default(3).describe("PDA's steps"),
  pdaBound: z
    .number()
    .positive()
    .max(1)
    .default(1e-3)
    .describe('by how much PDA may move an element of a normalized image'),
})

export interface Approximation {
  pdaSteps?: number
  pdaBound?: number
}

/** As the native loop takes it; null where there is no PDA. */
export const approximationOf = ({ pdaSteps, pdaBound }: Approximation) =>
  pdaSteps === undefined || pdaBound === undefined ? null : { steps: pdaSteps, bound: pdaBound }
