// Zip archives, also such as no honest tool writes.
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  name: string
  data: Uint8Array
  /** Unix mode, such as 0o120777 of a link. */
  mode?: number
  deflate?: boolean
  /** What the directory claims in place of the size. */
  claim?: number
}

export function zipOf(entries: ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const entry of entries) {
    const bytes = entry.deflate ? deflateRawSync(entry.data) : Buffer.from(entry.data)
    const local = Buffer.concat([header(0x04034b50, 30, entry, bytes), bytes])
    const central = header(0x02014b50, 46, entry, bytes)
    central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38)
    central.writeUInt32LE(at, 42)
    central.writeUInt16LE(3 << 8, 4) // made by Unix: the mode counts
    parts.push(local)
    directory.push(central)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  for (const offset of [8, 10]) end.writeUInt16LE(entries.length, offset)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, central, end])
}

function header(
  signature: number,
  size: number,
  { name, data, deflate, claim }: ZipEntry,
  bytes: Buffer,
): Buffer {
  const head = Buffer.concat([Buffer.alloc(size), Buffer.from(name)])
  const from = size === 30 ? 8 : 10
  head.writeUInt32LE(signature, 0)
  head.writeUInt16LE(deflate ? 8 : 0, from)
  head.writeUInt32LE(crc32(data), from + 6)
  head.writeUInt32LE(bytes.length, from + 10)
  head.writeUInt32LE(claim ?? data.length, from + 14)
  head.writeUInt16LE(Buffer.byteLength(name), from + 18)
  return head
}
