// The programs that set-up calls, and how to get one that is missing.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { Failure } from './failure.mjs'

const tools = {
  python3: { have: () => onPath('python3'), packages: 'python3' },
  pip: { have: () => onPath('python3') && hasPip(), packages: 'python3-pip' },
  'g++': { have: () => ['g++', 'clang++'].some(onPath), packages: 'g++' },
  cmake: { have: () => onPath('cmake'), packages: 'cmake' },
  make: { have: () => ['ninja', 'make'].some(onPath), packages: 'make' },
  npm: { have: () => onPath('npm'), packages: 'npm' },
}

/** Which of the tools are not on this machine. @param {(keyof typeof tools)[]} [names] */
export function missingTools(names = Object.keys(tools)) {
  return names.filter(name => !tools[name].have())
}

/** @param {string[]} names */
export function installCommand(names) {
  return `apt-get install ${names.map(name => tools[name].packages).join(' ')}`
}

/** @param {(keyof typeof tools)[]} names @param {string} purpose */
export function requireTools(names, purpose) {
  const missing = missingTools(names)
  if (missing.length > 0) {
    throw new Failure(
      `${missing.join(', ')} not found; needed to ${purpose}. Run: ${installCommand(missing)}`,
    )
  }
}

/** @param {string} range as in package.json's engines */
export function requireNode(range, version = process.versions.node) {
  if (!satisfies(version, range)) {
    throw new Failure(
      `Node ${version} is not supported; needed: ${range}. Install Node 22 from https://nodejs.org`,
    )
  }
}

// Understands what our `engines` says: alternatives of ^a.b.c and >=a.b.c.
function satisfies(version, range) {
  const [major, minor, patch] = version.split('.').map(Number)
  return range.split('||').some(alternative => {
    const [, sign, ...rest] = alternative.trim().match(/^(\^|>=)(\d+)\.(\d+)\.(\d+)$/)
    const [a, b, c] = rest.map(Number)
    if (major !== a) return sign === '>=' && major > a
    return minor > b || (minor === b && patch >= c)
  })
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      if (isAbsolute(folder)) accessSync(join(folder, name), constants.X_OK)
      return isAbsolute(folder)
    } catch {
      return false
    }
  })
}

function hasPip() {
  return spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0
}
