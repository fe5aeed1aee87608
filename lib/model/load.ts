import { atCall } from '../errors.js'
import { CODE_ONLY, type Input, lazySchema, parse, type Settings } from '../options.js'
import type { Model } from './model.js'

export const loadOptions = lazySchema(z =>
  z.strictObject({
    inputShape: z
      .array(z.int().min(1).max(65_536))
      .length(3)
      .optional()
      .describe('[channels, height, width], for TorchScript and ONNX files; found out where it is left out'),
    architecture: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .optional()
      .describe('for a state dict: { name: "resnet18", width, ... }, or "resnet18:width=8,classes=10"'),
    normalization: z
      .strictObject({ mean: z.array(z.number()).min(1), deviation: z.array(z.number().positive()).min(1) })
      .optional()
      .describe('mean and deviation of each channel, where the file does not say or says it wrongly'),
    signal: z
      .custom<AbortSignal>(value => value instanceof AbortSignal, { error: 'an AbortSignal' })
      .optional()
      .meta({ ...CODE_ONLY, description: 'stops the work; the promise rejects with ERR_ABORTED' }),
  }),
)
/** Options of loadModel(). Values and defaults: docs/options.md. */
export type LoadOptions = Input<typeof loadOptions>
export type LoadSettings = Settings<typeof loadOptions>

/**
 * Loads a model from a file that nobody needs to vouch for: nothing in it is executed, and every size is checked.
 *
 * - `.safetensors` written by Shellac: a Model, or a QuantizedModel
 * - `.safetensors` with a state dict, or what torch.save wrote (`.pth`, `.pt`, `.ckpt`, PyTorch 1.6 or later): give
 *   `architecture`. Usual wrappers (`state_dict`, `model`, `net`, ...) and prefixes (`module.`, `_orig_mod.`, ...) are
 *   left out, half precision becomes float32
 * - `.pt`, `.pth`, `.ts`: TorchScript (torch.jit.trace or torch.jit.script)
 * - `.onnx`: a classifier of images, opset 13 to 24; float, or quantized (QDQ, QOperator: a QuantizedModel)
 *
 * @throws ERR_BAD_MODEL, ERR_UNSUPPORTED_OP (named), ERR_BAD_OPTION, ERR_OUT_OF_MEMORY, ERR_NO_LIBTORCH
 * @example const model = await loadModel('resnet18.pt', { inputShape: [3, 32, 32] })
 */
export function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  return atCall(loadModel, async () => {
    const settings = await parse('loadModel', loadOptions, options)
    const { readModel } = await import('./read.js') // the readers of all formats: too many for an import that is to be free
    return readModel(path, settings)
  })
}
