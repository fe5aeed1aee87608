import { ShellacError } from '../errors.js'
import { openModel } from './safetensors/read.js'

const ZIP = 0x04034b50 // "PK\3\4": what torch.jit.save and torch.save write

/** What a file is, from its first bytes and its name. Throws ERR_BAD_MODEL for what Shellac does not read. */
export async function kindOf(path: string): Promise<'zip' | 'safetensors' | 'onnx'> {
  const file = await openModel(path)
  try {
    const head = Buffer.alloc(4)
    const { bytesRead } = await file.read(head, 0, 4, 0)
    if (bytesRead === 4 && head.readUInt32LE(0) === ZIP) return 'zip'
    if (bytesRead === 4 && isPickle(head)) throw old(path)
  } finally {
    await file.close()
  }
  if (path.endsWith('.safetensors')) return 'safetensors'
  if (path.endsWith('.onnx')) return 'onnx'
  throw refused(path, 'neither a .safetensors or .onnx file nor an archive of PyTorch')
}

/** Protocols 2 to 5: a file of PyTorch before 1.6, or one that was pickled by hand. */
const isPickle = (head: Buffer): boolean => head[0] === 0x80 && [2, 3, 4, 5].includes(head[1] as number)

const refused = (path: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `model file ${path}`,
    found,
    expected:
      "Shellac's .safetensors, ONNX, a state dict (.safetensors or torch.save) with { architecture }, or TorchScript",
    remedy: 'export it in Python: torch.jit.trace(model, example).save("model.pt")',
  })

const old = (path: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `model file ${path}`,
    found: 'a bare pickle, as torch.save wrote it before PyTorch 1.6',
    expected: 'a zip archive, as torch.save writes it since',
    remedy: `save it again: python3 -c "import torch; torch.save(torch.load('${path}', map_location='cpu', weights_only=True), '${path}.new.pth')"`,
  })
