// What can stand where a data file is expected.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const HUGE = 8 * 2 ** 30

const ODD = {
  nowhere: path => symlinkSync('nowhere', path),
  itself: path => symlinkSync(path, path),
  above: path => symlinkSync(dirname(dirname(path)), path),
  zeros: path => symlinkSync('/dev/zero', path),
  noise: path => symlinkSync('/dev/urandom', path),
  memory: path => symlinkSync('/proc/self/mem', path),
  growing: path => symlinkSync('/proc/kmsg', path),
  pipe: (path, folder) => symlinkSync(pipeIn(folder), path),
  folder: path => mkdirSync(path),
  empty: path => writeFileSync(path, ''),
  huge: path => {
    openSync(path, 'w')
    truncateSync(path, HUGE) // a hole: it takes no room on the disk
  },
}
export const ODD_NAMES = Object.keys(ODD)

export const placeOdd = (name, path, folder) => ODD[name](path, folder)

function pipeIn(folder) {
  const path = join(folder, 'pipe')
  if (!existsSync(path)) execFileSync('mkfifo', [path])
  return path
}
