import { defaultVersion } from '../../scripts/libtorch/find.mjs'
import { lazySchema } from '../options.js'

export const setupOptions = lazySchema(z =>
  z.strictObject({
    torch: z
      .string()
      .regex(/^\d+\.\d+(\.\d+)?$/, { error: 'a version such as 2.13 or 2.13.0' })
      .default(defaultVersion)
      .describe('version of torch whose libtorch is fetched'),
    variant: z
      .enum(['cpu', 'cuda'])
      .default('cpu')
      .describe('cuda: with the CUDA backend and the libraries that it needs, 3 to 5 GB'),
    from: z
      .string()
      .optional()
      .describe(
        'wheel of torch on this machine, instead of a download; what else it needs is taken from its folder, nothing from a network',
      ),
    anyHash: z.boolean().default(false).describe('take a wheel that is not the official build'),
  }),
)
