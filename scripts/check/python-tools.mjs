// The formatter and the linter of C++ come as Python wheels, pinned, so that everybody's say the same.
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'
import { run, say } from '../setup/run.mjs'
import { requireTools } from '../setup/tools.mjs'

const wanted = ['clang-format==22.1.8', 'cpplint==2.0.2']
const folder = join(root, '.tools', wanted.join('-').replaceAll('==', '-'))

/** What starts each tool, got with pip at the first use. */
export async function pythonTools() {
  if (!existsSync(folder)) await get()
  return {
    clangFormat: [join(folder, 'clang_format', 'data', 'bin', 'clang-format')],
    cpplint: ['python3', join(folder, 'cpplint.py')],
  }
}

async function get() {
  requireTools(['python3', 'pip'], 'fetch the formatter of C++')
  say(`fetching ${wanted.join(' and ')} with pip into .tools/`)
  rmSync(`${folder}.new`, { recursive: true, force: true })
  const args = ['install', '--no-input', '--no-deps', '--quiet', '--target', `${folder}.new`, ...wanted]
  await run('python3', ['-m', 'pip', ...args], { env: { PIP_ROOT_USER_ACTION: 'ignore' } })
  renameSync(`${folder}.new`, folder)
}
