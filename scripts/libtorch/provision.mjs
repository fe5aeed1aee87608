// `shellac setup`: places a libtorch in the user's cache, where every Shellac of theirs finds it.
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../setup/failure.mjs'
import { withLock } from '../setup/lock.mjs'
import { requireTools } from '../setup/tools.mjs'
import { cacheFolder, provisionedFolder } from './cache.mjs'
import { placeLibtorch } from './fetch.mjs'
import { inspect } from './inspect.mjs'
import { exactVersion } from './pins.mjs'
import { minorOf, supportedMinors } from './version.mjs'
import { checkHash, discardDownloads, downloadWheel, parseWheel } from './wheel.mjs'

/** @param {{ torch: string, variant: 'cpu' | 'cuda', from?: string, anyHash: boolean }} options */
export async function provision({ torch, variant, from, anyHash }) {
  const version = from === undefined ? wanted(torch) : parseWheel(existing(from)).version
  requireSupported(version)
  const target = provisionedFolder(version, variant)
  const there = inspect(join(target, 'torch'), 'shellac setup')
  if (there.ok) return { ...there, fetched: false }
  requireTools(['python3', 'pip'], 'fetch libtorch')
  mkdirSync(dirname(target), { recursive: true })
  await withLock(join(cacheFolder(), 'setup.lock'), () => place(target, { version, variant, from, anyHash }))
  const placed = inspect(join(target, 'torch'), 'shellac setup')
  if (!placed.ok) throw new Failure(`the libtorch just placed in ${target} cannot be used: ${placed.why}`)
  return { ...placed, fetched: true }
}

async function place(target, { version, variant, from, anyHash }) {
  const wheel = from === undefined ? await downloadWheel(version, variant) : resolve(from)
  await checkHash(wheel, anyHash).catch(refusal => {
    if (from === undefined) discardDownloads() // else the next try would take it again
    throw refusal
  })
  await unpack(target, wheel, { variant, wheels: from === undefined ? undefined : dirname(wheel) })
  discardDownloads()
}

async function unpack(target, wheel, { variant, wheels }) {
  const { tag, python, platform } = parseWheel(wheel)
  const build = ['--only-binary=:all:', '--python-version', python, '--platform', platform]
  if (variant === 'cuda' && tag === '+cpu') {
    throw new Failure(
      `${wheel} has no CUDA backend. Point pip at an index whose torch has one, or use --from`,
    )
  }
  await placeLibtorch(target, {
    torch: [...build, wheel],
    cuda: variant === 'cuda',
    cpuOnly: variant === 'cpu',
    wheels,
  })
}

function wanted(torch) {
  const version = exactVersion(torch)
  if (version === undefined) requireSupported(torch)
  return version ?? torch
}

function requireSupported(version) {
  if (supportedMinors.includes(minorOf(version))) return
  throw new Failure(`torch ${version} is not supported. Use one of ${supportedMinors.join(', ')}`)
}

function existing(path) {
  if (!existsSync(path)) throw new Failure(`${path} does not exist. Pass --from the path of a wheel of torch`)
  return path
}
