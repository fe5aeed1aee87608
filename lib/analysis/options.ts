// Options that the analyses share.
import type { Trigger } from '../data/triggers.js'
import { CODE_ONLY, type Z } from '../options.js'

/** @internal */
export const isTrigger = (value: unknown): boolean => typeof (value as Trigger | null)?.on === 'function'

export const triggerOption = (z: Z) =>
  z
    .custom<Trigger>(isTrigger, { error: 'a trigger' })
    .optional()
    .meta({ ...CODE_ONLY, description: 'of triggers: put on every image first' })

export const batchOption = (z: Z) => z.int().min(1).max(65_536).default(128).describe('images at once')

export const neuronsOption = (z: Z) =>
  z
    .array(z.strictObject({ unit: z.string(), channel: z.int().min(0) }))
    .min(1)
    .meta({ ...CODE_ONLY, description: 'which neurons' })

/** Of what PDA does to the inputs of a unit. */
export const movingOptions = (z: Z) => ({
  pdaForm: z.enum(['official', 'paper']).default('official').describe('as of purify()'),
  pdaSteps: z.int().min(0).max(100_000).default(3).describe('signed descent steps'),
  pdaBound: z.number().min(0).max(1).default(1e-3).describe('largest change of an element'),
})

export const valuesOption = (z: Z) =>
  z.int().min(1).max(10_000_000).default(4096).describe('at most so many values a channel')
