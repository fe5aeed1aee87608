import { ShellacError } from '../../errors.js'
import type { Pace } from '../../pace.js'
import { FLOAT_DTYPES, toFloat32Paced } from './floats.js'
import { gather } from './gather.js'
import { readPickle } from './pickle/read.js'
import type { Storage, TensorView } from './pickle/values.js'
import type { StateDict, StoredTensor } from './state-dict.js'
import { unwrap } from './unwrap.js'
import type { Archive } from './zip.js'

const PICKLE = 'data.pkl'
const MOST_PICKLE = 64 * 1024 * 1024

/** Whether an archive has code beside its tensors: TorchScript, which the native importer reads. */
export const isTorchScript = ({ names }: Archive): boolean =>
  names.includes('constants.pkl') || names.some(name => name.startsWith('code/'))

/**
 * The tensors of a file that torch.save wrote (PyTorch 1.6 or later), in whatever wrapper. The archive stays open: tensors
 * are read from it when they are needed.
 *
 * @throws ERR_BAD_MODEL
 */
export async function readTorchFile(path: string, archive: Archive, pace: Pace): Promise<StateDict> {
  const size = archive.sizeOf(PICKLE)
  if (size === undefined || size > MOST_PICKLE) {
    throw refused(path, size ? `a pickle of ${size} bytes` : 'a zip archive without data.pkl')
  }
  await checkByteOrder(path, archive, pace)
  const root = await readPickle(
    `${path}, ${PICKLE}`,
    await archive.read(PICKLE, pace),
    key => archive.sizeOf(`data/${key}`),
    pace,
  )
  const numbers = storageReader(archive, pace)
  return new Map(
    [...unwrap(path, root)].map(([name, view]) => [name, stored(path, name, view, numbers, pace)]),
  )
}

function stored(path: string, name: string, view: TensorView, numbers: Numbers, pace: Pace): StoredTensor {
  const { dtype } = view.storage
  return {
    dtype,
    shape: view.shape,
    read: async () => {
      if (!FLOAT_DTYPES.includes(dtype)) throw notFloat(path, name, dtype)
      const { buffer, byteOffset, byteLength } = await gather(await numbers(view.storage), view, pace)
      return new Uint8Array(buffer, byteOffset, byteLength)
    },
  }
}

type Numbers = (storage: Storage) => Promise<Float32Array>

/** Remembers the last storage: tensors that share one follow each other. */
function storageReader(archive: Archive, pace: Pace): Numbers {
  let last: { storage: Storage; values: Float32Array } | undefined
  return async storage => {
    if (last?.storage.key === storage.key && last.storage.dtype === storage.dtype) return last.values
    last = undefined // before the next is in memory
    const bytes = whole(await archive.read(`data/${storage.key}`, pace), storage)
    const values = await toFloat32Paced(storage.dtype, bytes, pace)
    last = { storage, values }
    return values
  }
}

/** A record may be padded; its numbers are what the pickle says. */
const whole = (bytes: Uint8Array, storage: Storage): Uint8Array =>
  bytes.length === storage.bytes ? bytes : bytes.slice(0, storage.bytes)

async function checkByteOrder(path: string, archive: Archive, pace: Pace): Promise<void> {
  if (archive.sizeOf('byteorder') === undefined) return // before PyTorch 2.1: that of the machine, little endian
  const order = new TextDecoder().decode(await archive.read('byteorder', pace))
  if (order !== 'little') throw refused(path, `byte order ${JSON.stringify(order.slice(0, 20))}`)
}

export const notFloat = (path: string, name: string, dtype: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `tensor "${name.slice(0, 200)}" of ${path}`,
    found: `numbers of type ${dtype}`,
    expected: FLOAT_DTYPES.join(', '),
    remedy: 'save the model at full precision: torch.save(model.float().state_dict(), "weights.pth")',
  })

const refused = (path: string, found: string): ShellacError =>
  new ShellacError('ERR_BAD_MODEL', {
    thing: `model file ${path}`,
    found,
    expected: 'a state dict as torch.save(model.state_dict(), path) writes it',
    remedy: 'save it again with a PyTorch of version 1.6 or later',
  })
