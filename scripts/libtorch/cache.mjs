// The folder of the user's that Shellac keeps things in: each libtorch that `shellac setup` placed, by version and
// variant, and what is known of this machine's CUDA.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export function cacheFolder(env = process.env) {
  return env.SHELLAC_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'shellac')
}

/** @param {string} version @param {string} variant */
export function provisionedFolder(version, variant) {
  return join(cacheFolder(), 'libtorch', `${version}-${variant}`)
}

/** Each libtorch that was provisioned, the latest first: whoever fetched another one wants that. */
export function provisioned() {
  const folder = join(cacheFolder(), 'libtorch')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => /^\d+\.\d+\.\d+-(cpu|cuda)$/.test(name))
    .map(name => join(folder, name, 'torch'))
    .filter(path => existsSync(path))
    .map(path => ({ path, at: statSync(path).mtimeMs }))
    .sort((a, b) => b.at - a.at)
    .map(({ path }) => path)
}
