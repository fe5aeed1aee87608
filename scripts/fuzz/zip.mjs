// Zip archives as PyTorch writes them: entries that are stored, with a directory whose checksums fit.
import { crc32, inflateRawSync } from 'node:zlib'

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50

export function unzip(bytes) {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const entries = []
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map(offset => bytes.readUInt16LE(at + offset))
    const local = bytes.readUInt32LE(at + 42)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    entries.push({
      name: bytes.toString('latin1', at + 46, at + 46 + name),
      data: contents(bytes.readUInt16LE(at + 10), bytes.subarray(start, start + bytes.readUInt32LE(at + 20))),
    })
    at += 46 + name + extra + comment
  }
  return entries
}

/** Code is deflated; the archive that zip() makes has everything as it is. */
const contents = (method, data) => (method === 8 ? inflateRawSync(data) : Buffer.from(data))

export function zip(entries) {
  const [files, directory] = [[], []]
  let at = 0
  for (const { name, data } of entries) {
    const head = header(LOCAL, 30, name, data)
    const central = Buffer.concat([header(CENTRAL, 46, name, data)])
    central.writeUInt32LE(at, 42)
    files.push(head, data)
    directory.push(central)
    at += head.length + data.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  for (const offset of [8, 10]) end.writeUInt16LE(entries.length, offset)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, central, end])
}

/** Of an entry in front of its data (30 bytes), or in the directory (46). */
function header(signature, size, name, data) {
  const bytes = Buffer.concat([Buffer.alloc(size), Buffer.from(name, 'latin1')])
  const from = size === 30 ? 14 : 16
  bytes.writeUInt32LE(signature, 0)
  bytes.writeUInt32LE(crc32(data), from)
  bytes.writeUInt32LE(data.length, from + 4)
  bytes.writeUInt32LE(data.length, from + 8)
  bytes.writeUInt16LE(name.length, from + 12)
  return bytes
}
