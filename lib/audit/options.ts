import { QuantizedModel } from '../model/quantized.js'
import {
  bits,
  CODE_ONLY,
  type Input,
  jobOptions,
  lazySchema,
  PRESETS,
  quantizerOptions,
  type Settings,
} from '../options.js'

export const auditOptions = lazySchema(z => {
  const { quantizer: _, ...quantizer } = quantizerOptions(z)
  return z.strictObject({
    ...quantizer,
    activationBits: quantizer.activationBits
      .default('none')
      .describe(
        'bits of an activation code; none: activations stay float, since codes of weights hold the backdoor',
      ),
    quantizers: z
      .array(z.enum(PRESETS))
      .min(1)
      .max(PRESETS.length)
      .default(['attacker', 'qnnpack', 'fbgemm', 'minmax', 'mse'])
      .describe('presets that are audited, in turn, until one is found to wake a backdoor'),
    quantized: z
      .custom<QuantizedModel>(value => value instanceof QuantizedModel, { error: 'a quantized model' })
      .optional()
      .meta({
        ...CODE_ONLY,
        description: 'a quantized model made from this one; audited instead of presets',
      }),
    exhaustive: z
      .boolean()
      .default(false)
      .describe('audit every preset, also after one that wakes a backdoor'),
    images: z.int().min(16).default(512).describe('at most so many images are drawn, by the seed'),
    verify: z
      .int()
      .min(8)
      .default(128)
      .describe('of them, at most so many that the search does not see: gaps are measured on these'),
    restarts: z
      .int()
      .min(1)
      .max(16)
      .default(2)
      .describe('searches, from other beginnings, that must agree on a class'),
    steps: z.int().min(1).max(100_000).default(120).describe('largest number of steps of a search'),
    searchBatch: z.int().min(1).max(65_536).default(16).describe('images a class and step'),
    learningRate: z
      .number()
      .positive()
      .max(10)
      .default(0.2)
      .describe('of Adam, on the logits of mask and pattern'),
    areaWeight: z.number().min(0).max(1e4).default(8).describe("weight of the mask's mean in the loss"),
    imagesAtOnce: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(320)
      .describe('stamped images of all classes that are searched for together; what bounds memory'),
    disagreementBits: z
      .array(bits(z))
      .max(7)
      .default([8, 6, 4, 3])
      .describe('bits at which the classes that change on benign images are counted'),
    batch: z.int().min(1).max(65_536).default(128).describe('images at once where no gradient is taken'),
    ...jobOptions(z),
  })
})
/** Options of audit(). Values and defaults: docs/options.md. */
export type AuditOptions = Input<typeof auditOptions>
export type AuditSettings = Settings<typeof auditOptions>
