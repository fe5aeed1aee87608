// Mutations of safetensors: of the header as JSON, of the JSON in its metadata, or of bytes.
import { mutateTree } from './tree.mjs'

const parsed = text => {
  try {
    const value = JSON.parse(text)
    return value && typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

export function mutateSafetensors(bytes, random) {
  const length = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length))
  const metadata = header.__metadata__ ?? {}
  const key = random.pick(Object.keys(metadata).filter(key => parsed(metadata[key])))
  if (key !== undefined && random.below(3)) {
    const inner = JSON.parse(metadata[key])
    mutateTree(inner, random)
    metadata[key] = JSON.stringify(inner)
  } else mutateTree(header, random)
  const text = Buffer.from(JSON.stringify(header))
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([size, text, bytes.subarray(8 + length)])
}
