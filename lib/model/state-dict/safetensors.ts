import type { Pace } from '../../pace.js'
import type { Safetensors } from '../safetensors/read.js'
import { FLOAT_DTYPES, toFloat32Paced } from './floats.js'
import type { StateDict, StoredTensor } from './state-dict.js'
import { notFloat } from './torch-file.js'

/** The tensors of a plain safetensors file. Numbers of other types are refused when they are read. */
export function safetensorsDict(path: string, { tensors }: Safetensors, pace: Pace): StateDict {
  return new Map(
    [...tensors].map(([name, { dtype, shape, data }]): [string, StoredTensor] => {
      const read = async () => {
        if (!FLOAT_DTYPES.includes(dtype)) throw notFloat(path, name, dtype)
        return new Uint8Array((await toFloat32Paced(dtype, data, pace)).buffer)
      }
      return [name, { dtype, shape, read }]
    }),
  )
}
