// That a CUDA backend worked on this machine is noted, so that not every process pays for a child that tries it. The
// note is about these very files, this driver and these devices; a failure is never noted.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../scripts/libtorch/cache.mjs'
import { version } from '../version.js'

export function isProven(libtorch: string): boolean {
  return existsSync(note(libtorch))
}

export function prove(libtorch: string): void {
  try {
    mkdirSync(join(cacheFolder(), 'cuda'), { recursive: true })
    writeFileSync(note(libtorch), `${libtorch}\n`)
  } catch {
    // a home that cannot be written to: the next process tries again
  }
}

function note(libtorch: string): string {
  const facts = [libtorch, version, changed(libtorch), driver(), process.env.CUDA_VISIBLE_DEVICES ?? 'all']
  return join(cacheFolder(), 'cuda', createHash('sha256').update(facts.join('\n')).digest('hex'))
}

function changed(libtorch: string): string {
  const stat = statSync(join(libtorch, 'lib', 'libtorch_cuda.so'), { throwIfNoEntry: false })
  return stat ? `${stat.mtimeMs} ${stat.size}` : 'none'
}

function driver(): string {
  try {
    return readFileSync('/proc/driver/nvidia/version', 'utf8')
  } catch {
    return 'unknown'
  }
}
