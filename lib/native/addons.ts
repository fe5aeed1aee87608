import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configured } from './configure.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Where the loader lies: a build made here before a prebuilt one, since whoever builds wants what they built. undefined
 * where there is none for this platform.
 */
export function loaderPath(): string | undefined {
  const { loader } = configured()
  if (loader !== undefined) return unpacked(loader)
  const nodeGypBuild = createRequire(import.meta.url)('node-gyp-build') as { path(folder: string): string }
  try {
    return unpacked(nodeGypBuild.path(root))
  } catch {
    return undefined // it throws where it finds none
  }
}

/** Where the core for a minor version of libtorch lies, undefined where it was not built. */
export function corePath(minor: string): string | undefined {
  const { cores } = configured()
  const path = cores ? cores[minor] : join(coreFolder() ?? root, `torch-${minor}.node`)
  return path !== undefined && existsSync(unpacked(path)) ? unpacked(path) : undefined
}

/** The minor versions of libtorch that there is a core for, in order. */
export function builtCores(): string[] {
  const { cores } = configured()
  if (cores) return Object.keys(cores).filter(minor => corePath(minor) !== undefined)
  const folder = coreFolder()
  if (folder === undefined || !existsSync(folder)) return []
  return readdirSync(folder)
    .map(name => name.match(/^torch-(\d+\.\d+)\.node$/)?.[1])
    .filter(minor => minor !== undefined)
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
}

export interface BuiltAgainst {
  path: string
  version: string
  cuda: boolean
}

/** The libtorch that a core was built against, where the build noted it: a core that was built here. */
export function builtAgainst(minor: string): BuiltAgainst | undefined {
  const core = corePath(minor)
  if (core === undefined) return undefined
  try {
    return JSON.parse(readFileSync(core.replace(/\.node$/, '.json'), 'utf8')).torch
  } catch {
    return undefined
  }
}

// Never beside the loader itself: node-gyp-build would take a core for one.
function coreFolder(): string | undefined {
  const loader = loaderPath()
  if (loader === undefined) return undefined
  const folder = dirname(loader)
  return basename(folder) === 'Release' ? join(dirname(folder), 'artifacts', 'cores') : join(folder, 'cores')
}

// Electron keeps a package in an archive that the linker cannot read; what `asarUnpack` names lies beside it.
function unpacked(path: string): string {
  const outside = path.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`)
  return existsSync(outside) ? outside : path
}
