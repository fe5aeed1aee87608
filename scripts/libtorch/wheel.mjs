// The wheel of torch as a file: which one it is, whether it is the official one, and how pip comes by it.
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../setup/failure.mjs'
import { say } from '../setup/run.mjs'
import { cacheFolder } from './cache.mjs'
import { pinOf } from './pins.mjs'
import { pip } from './pip.mjs'

/** "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl", taken apart.
 * @param {string} path */
export function parseWheel(path) {
  const match = basename(path).match(/^torch-(\d+\.\d+\.\d+)(\+\w+)?-cp3(\d+)-\w+-(\w+)\.whl$/)
  if (!match) throw new Failure(`${path} is not named as a wheel of torch is: torch-2.13.0+cpu-cp311-...whl`)
  const [, version, tag = '', minor, platform] = match
  return { version, tag, python: `3.${minor}`, platform }
}

/** Fails where the file is not the official wheel of that name. @param {string} path @param {boolean} anyHash */
export async function checkHash(path, anyHash) {
  const found = await sha256(path)
  const pinned = pinOf(basename(path))
  if (found === pinned) return
  const fact = pinned ? `not the official one (${pinned})` : 'of a wheel that no hash is pinned for'
  if (!anyHash) {
    throw new Failure(
      `${path} has the SHA-256 ${found}, ${fact}. Where you trust its source, repeat the command with --any-hash`,
    )
  }
  say(`${path} has the SHA-256 ${found}, ${fact}; taken all the same (--any-hash)`)
}

async function sha256(path) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** The wheel, fetched by pip from wherever it is set up to look. One that an interrupted set-up left is taken.
 * For "cuda" no build without CUDA is, which pip would prefer: its version, 2.13.0+cpu, counts as later than 2.13.0.
 * @param {string} version @param {'cpu' | 'cuda'} variant */
export async function downloadWheel(version, variant) {
  const folder = downloads()
  const left = wheelIn(folder, version, variant)
  if (left) return left
  mkdirSync(folder, { recursive: true })
  const platform = `manylinux_2_28_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`
  const build = ['--only-binary=:all:', '--python-version', '3.11', '--platform', platform]
  say(`fetching torch ${version} with pip`)
  await pip(['download', '--no-deps', '--dest', folder, ...build, requirement(version, variant)])
  return wheelIn(folder, version, variant)
}

/** What is left of a set-up that ended well, or of a wheel that was refused. */
export function discardDownloads() {
  rmSync(downloads(), { recursive: true, force: true })
}

/** @param {string} version @param {'cpu' | 'cuda'} variant */
export const requirement = (version, variant) =>
  `torch==${version}${variant === 'cuda' ? `,!=${version}+cpu` : ''}`

const downloads = () => join(cacheFolder(), 'downloads')

function wheelIn(folder, version, variant) {
  if (!existsSync(folder)) return
  const name = readdirSync(folder).find(
    file => /\.whl$/.test(file) && fits(parseWheel(file), version, variant),
  )
  return name && join(folder, name)
}

const fits = (wheel, version, variant) =>
  wheel.version === version && (variant === 'cpu' || wheel.tag !== '+cpu')
