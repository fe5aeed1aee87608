// Mutations of bytes that know nothing of what they mean.
const ODD = [0, 1, 0x7f, 0x80, 0xff]

const flip = (bytes, { below }) => {
  const at = below(bytes.length)
  bytes[at] ^= 1 << below(8)
  return bytes
}

const overwrite = (bytes, { below, pick }) => {
  const at = below(bytes.length)
  bytes.fill(pick(ODD), at, Math.min(at + 1 + below(8), bytes.length))
  return bytes
}

const truncate = (bytes, { below }) => bytes.subarray(0, below(bytes.length))

const remove = (bytes, { below }) => {
  const at = below(bytes.length)
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(16))])
}

const repeat = (bytes, { below }) => {
  const at = below(bytes.length)
  const part = bytes.subarray(at, at + 1 + below(64))
  return Buffer.concat([bytes.subarray(0, at + part.length), part, bytes.subarray(at + part.length)])
}

export function mutateBytes(original, random) {
  let bytes = Buffer.from(original)
  for (let times = 1 + random.below(3); times > 0 && bytes.length > 0; times--) {
    bytes = random.pick([flip, flip, overwrite, truncate, remove, repeat])(bytes, random)
  }
  return bytes
}
