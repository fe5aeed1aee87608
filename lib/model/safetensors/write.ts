import { writeWhole } from '../../files.js'
import type { Safetensors } from './read.js'

/**
 * Writes a safetensors file: the same content gives the same bytes (keys sorted, no dates), and the file appears whole
 * or not at all.
 */
export async function writeSafetensors(path: string, { metadata, tensors }: Safetensors): Promise<void> {
  const names = [...tensors.keys()].sort()
  const header = headerBytes(metadata, tensors, names)
  await writeWhole(path, async file => {
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    await file.writeFile(length)
    await file.writeFile(header)
    for (const name of names) await file.writeFile(tensors.get(name)?.data ?? new Uint8Array())
  })
}

/** JSON, padded with spaces so that the data begins at a multiple of 8 bytes. */
function headerBytes(
  metadata: Safetensors['metadata'],
  tensors: Safetensors['tensors'],
  names: string[],
): Buffer {
  const fields: [string, unknown][] = [
    ['__metadata__', Object.fromEntries(Object.entries(metadata).sort(byName))],
  ]
  let begin = 0
  for (const name of names) {
    const { dtype, shape, data } = tensors.get(name) ?? { dtype: 'U8', shape: [0], data: new Uint8Array() }
    fields.push([name, { dtype, shape, data_offsets: [begin, begin + data.byteLength] }])
    begin += data.byteLength
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(fields)))
  return Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')])
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1)
