// What kinds of file may come in. A name that a client gives is never a path: all that is taken from it is its end.
import { Refusal } from './refusal.js'

/** Model files that loadModel() reads, and a zip of images. */
export const EXTENSIONS = ['.safetensors', '.onnx', '.pt', '.pth', '.ts', '.ckpt', '.zip'] as const
export type Extension = (typeof EXTENSIONS)[number]

/** @throws Refusal */
export function extensionOf(name: unknown): Extension {
  const said = typeof name === 'string' && isPlain(name) ? name.toLowerCase() : ''
  const extension = EXTENSIONS.find(one => said.endsWith(one))
  if (extension) return extension
  throw new Refusal(
    'ERR_BAD_REQUEST',
    `?name= must be a file name, without a path, that ends in ${EXTENSIONS.join(', ')}`,
  )
}

/** No separators, and no control characters. */
const isPlain = (name: string): boolean => !/[/\\\p{Cc}]/u.test(name)
