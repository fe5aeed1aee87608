// What every built-in architecture can be asked for.
import type { Z } from '../../options.js'

/** `width` says what is counted, and `channels` of the original. */
export const commonOptions = (z: Z, width: string, original = 64) => ({
  width: z.int().min(1).max(1024).default(original).describe(width),
  classes: z.int().min(1).max(100_000).default(10).describe('number of logits'),
  channels: z.int().min(1).max(1024).default(3).describe('channels of an image'),
  inputSize: z.int().min(8).max(4096).default(32).describe('height and width of an image'),
  seed: z.int().min(0).default(0).describe('seed of the first weights'),
})
