import { ShellacError } from '../errors.js'
import { CODE_ONLY, type Input, lazySchema, type Settings } from '../options.js'
import type { ModelContent } from './file.js'

export const saveOptions = lazySchema(z =>
  z.strictObject({
    format: z
      .enum(['shellac', 'state-dict'])
      .default('shellac')
      .describe("of a .safetensors file: Shellac's own, or the tensors alone under their names in PyTorch"),
    signal: z
      .custom<AbortSignal>(value => value instanceof AbortSignal, { error: 'an AbortSignal' })
      .optional()
      .meta(CODE_ONLY),
    onProgress: z
      .custom<() => void>(value => typeof value === 'function', { error: 'a function' })
      .optional()
      .meta(CODE_ONLY),
  }),
)
/** Options of save(). Values and defaults: docs/options.md. */
export type SaveOptions = Input<typeof saveOptions>

export const MODEL_EXTENSIONS = ['.safetensors', '.onnx'] as const
type Extension = (typeof MODEL_EXTENSIONS)[number]

/** Writes what `content` gives, after the path was found good. Shapes: of one sample, by value. */
export async function save(
  path: string,
  { format }: Settings<typeof saveOptions>,
  content: () => Promise<ModelContent>,
  shapes: Record<string, number[]>,
): Promise<void> {
  const extension = checkExtension(path)
  if (format === 'state-dict' && extension !== '.safetensors') throw noStateDict(path)
  const { checkWritable } = await import('../files.js')
  await checkWritable(path)
  const found = await content()
  if (extension === '.safetensors') return saveSafetensors(path, found, format)
  const { saveOnnx } = await import('./onnx/write/save.js')
  await saveOnnx(path, found, shapes)
}

async function saveSafetensors(path: string, content: ModelContent, format: 'shellac' | 'state-dict') {
  const { writeSafetensors } = await import('./safetensors/write.js')
  if (format === 'shellac') return writeSafetensors(path, (await import('./file.js')).encode(content))
  return writeSafetensors(path, (await import('./state-dict/write.js')).toStateDict(content))
}

/** Throws ERR_BAD_OPTION for a path that ends in none of them. */
export function checkExtension(path: string): Extension {
  const extension = MODEL_EXTENSIONS.find(extension => typeof path === 'string' && path.endsWith(extension))
  if (extension) return extension
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: `output file ${path}`,
    found: 'an extension that Shellac does not write',
    expected: MODEL_EXTENSIONS.join(' or '),
    remedy: `choose a path that ends in ${MODEL_EXTENSIONS.join(' or ')}`,
  })
}

const noStateDict = (path: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `output file ${path}`,
    found: 'a state dict (format: "state-dict") with that extension',
    expected: '.safetensors',
  })
