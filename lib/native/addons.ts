import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

// A build made here goes before a prebuilt one: whoever builds wants what they built.
const folders = [
  join(root, 'build', 'Release'),
  join(root, 'prebuilds', `${process.platform}-${process.arch}`),
]

/** Where the addon lies, undefined where it was not built. */
export function addonPath(name: 'shellac_loader.node' | 'shellac.node'): string | undefined {
  return folders.map(folder => join(folder, name)).find(path => existsSync(path))
}

export interface BuiltAgainst {
  path: string
  version: string
  cuda: boolean
}

/** The libtorch that the core was built against, as the build noted it. */
export function builtAgainst(): BuiltAgainst | undefined {
  const core = addonPath('shellac.node')
  if (core === undefined) return undefined
  try {
    return JSON.parse(readFileSync(join(dirname(core), 'shellac.json'), 'utf8')).torch
  } catch {
    return undefined // a build that was cut off after linking
  }
}
