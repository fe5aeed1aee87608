// One set-up at a time. The lock is a file that holds the process id of whoever has it; a lock whose process is gone
// (killed, or the machine went down) is taken over.
import { linkSync, mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from './run.mjs'

const GIVEN_UP_MS = 10_000

/** @param {string} path @param {() => Promise<void>} work */
export async function withLock(path, work) {
  let told = false
  while (!take(path)) {
    const owner = ownerOf(path)
    if (owner !== undefined && !isAlive(owner)) takeOver(path, owner)
    else if (!told && owner !== undefined) {
      say(`waiting for another set-up (process ${owner}); the lock is ${path}`)
      told = true
    }
    await sleep(200)
  }
  const release = () => ownerOf(path) === process.pid && unlinkSync(path)
  process.once('exit', release)
  try {
    await work()
  } finally {
    release()
    process.off('exit', release)
  }
}

// A hard link appears at once and with its content, so nobody ever reads a lock that has no owner yet.
function take(path) {
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  } finally {
    unlinkSync(mine)
  }
}

function ownerOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

// Only one of several that wait may remove a dead owner's lock: the slower ones would remove the faster one's new lock.
function takeOver(path, dead) {
  const claim = `${path}.after-${dead}`
  try {
    mkdirSync(claim)
  } catch {
    if (Date.now() - changedAt(claim) > GIVEN_UP_MS) rmdirSync(claim)
    return
  }
  if (ownerOf(path) === dead) unlinkSync(path)
  rmdirSync(claim)
}

function changedAt(path) {
  try {
    return statSync(path).mtimeMs
  } catch {
    return Date.now()
  }
}
