// Which shared libraries an ELF file asks for, read from the file itself: `readelf` need not be there.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const PT_LOAD = 1
const PT_DYNAMIC = 2
const [DT_NULL, DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_RPATH, DT_RUNPATH] = [0, 1, 5, 10, 15, 29]

// glibc, the compiler's run time, and what comes with the kernel: every machine that can run Node has them.
const always = /^(ld-linux.*|libc|libm|libdl|librt|libpthread|libutil|libgcc_s|libstdc\+\+|libresolv)\.so/

/** @param {string} file @returns {{ needed: string[], searched: string[] }} */
export function readDynamic(file) {
  const fd = openSync(file, 'r')
  try {
    return parse((offset, length) => {
      const bytes = Buffer.alloc(length)
      const got = readSync(fd, bytes, 0, length, offset)
      if (got < length) throw new Error(`${file} is cut off`)
      return bytes
    }, file)
  } finally {
    closeSync(fd)
  }
}

function parse(read, file) {
  const header = read(0, 64)
  if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) {
    throw new Error(`${file} is not a 64-bit little-endian ELF file`)
  }
  const size = header.readUInt16LE(54)
  const table = read(Number(header.readBigUInt64LE(32)), size * header.readUInt16LE(56))
  const segments = []
  for (let at = 0; at < table.length; at += size) {
    const [offset, address, , length] = [8, 16, 24, 32].map(o => Number(table.readBigUInt64LE(at + o)))
    segments.push({ type: table.readUInt32LE(at), offset, address, length })
  }
  const dynamic = segments.find(s => s.type === PT_DYNAMIC)
  if (!dynamic) return { needed: [], searched: [] }
  return names(entries(read(dynamic.offset, dynamic.length)), segments, read, file)
}

function entries(bytes) {
  const found = []
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const tag = Number(bytes.readBigInt64LE(at))
    if (tag === DT_NULL) break
    found.push({ tag, value: Number(bytes.readBigUInt64LE(at + 8)) })
  }
  return found
}

function names(tags, segments, read, file) {
  const value = tag => tags.find(t => t.tag === tag)?.value ?? 0
  const address = value(DT_STRTAB)
  const home = segments.find(
    s => s.type === PT_LOAD && s.address <= address && address < s.address + s.length,
  )
  if (!home) return { needed: [], searched: [] }
  const strings = read(address - home.address + home.offset, value(DT_STRSZ))
  const text = at => strings.toString('latin1', at, strings.indexOf(0, at))
  const all = tag => tags.filter(t => t.tag === tag).map(t => text(t.value))
  const searched = [...all(DT_RUNPATH), ...all(DT_RPATH)]
    .flatMap(list => list.split(':'))
    .map(path => resolve(path.replace(/\$\{?ORIGIN\}?/g, dirname(resolve(file)))))
  return { needed: all(DT_NEEDED), searched }
}

/** The libraries that `files` need, and theirs in turn, that are nowhere to be found.
 * @param {string[]} files @returns {string[]} */
export function missingLibraries(files) {
  const seen = new Set()
  const missing = new Set()
  const given = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean)
  const visit = (file, inherited) => {
    const { needed, searched } = readDynamic(file)
    const folders = [...new Set([...searched, ...inherited])]
    for (const name of needed) {
      if (always.test(name) || seen.has(name)) continue
      seen.add(name)
      const path = [...folders, ...given].map(folder => join(folder, name)).find(file => existsSync(file))
      if (path) visit(path, folders)
      else if (!systemHas(name)) missing.add(name)
    }
  }
  for (const file of files) visit(file, [])
  return [...missing]
}

// The linker's own list; without it (no ldconfig, another system) the folders that every linker searches.
function systemHas(name) {
  known ??= linkerList()
  if (known.size > 0) return known.has(name)
  return ['/lib', '/usr/lib', '/lib64', '/usr/lib64'].some(folder => existsSync(join(folder, name)))
}

let known

function linkerList() {
  const { stdout } = spawnSync('ldconfig', ['-p'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` },
  })
  return new Set([...(stdout ?? '').matchAll(/^\s+(\S+) \(/gm)].map(match => match[1]))
}
