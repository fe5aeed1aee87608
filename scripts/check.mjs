// Formats and lints both languages, checks the types and the API reference; `--fix` mends what can be mended by itself. (The compiler is
// the other linter of C++: the build treats its warnings as errors.)
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { apiReference } from './check/api.mjs'
import { biome } from './check/biome.mjs'
import { pythonTools } from './check/python-tools.mjs'
import { Failure, orFail } from './setup/failure.mjs'
import { packages } from './setup/packages.mjs'
import { root } from './setup/root.mjs'
import { run, say } from './setup/run.mjs'

const fix = process.argv.includes('--fix')

// Silenced: what clang-format decides already, what cpplint only guesses from the text (braces, includes), and rules of
// a style guide that is not ours.
const silenced = [
  'build/c++17',
  'build/header_guard',
  'build/include_order',
  'build/include_subdir',
  'build/include_what_you_use',
  'legal',
  'readability/braces',
  'whitespace',
]

await orFail(async () => {
  await packages()
  const { clangFormat, cpplint } = await pythonTools()
  const sources = readdirSync(join(root, 'native'), { recursive: true })
    .filter(name => /\.(c|cpp|h)$/.test(name))
    .map(name => join('native', name))
  const failed = [
    await passes('biome', [await biome(), 'check', ...(fix ? ['--write'] : []), '.']),
    await passes('tsc', [bin('tsc'), '--noEmit', '-p', 'tsconfig.test.json']),
    await passing('docs/api', () => apiReference({ fix })),
    await passes('clang-format', [...clangFormat, ...(fix ? ['-i'] : ['--dry-run', '-Werror']), ...sources]),
    await passes('cpplint', [
      ...cpplint,
      '--quiet',
      '--linelength=110',
      `--filter=${silenced.map(rule => `-${rule}`).join(',')}`,
      ...sources,
    ]),
  ].filter(Boolean)
  if (failed.length > 0)
    throw new Failure(`${failed.join(', ')} found faults. To mend what can be: npm run format`)
  say('nothing to complain of')
})

/** The name, where the program found faults. */
function passes(name, [command, ...args]) {
  return passing(name, () => run(command, args, { cwd: root }))
}

async function passing(name, work) {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    say(error.message)
    return name
  }
}

function bin(name) {
  return join(root, 'node_modules', '.bin', name)
}
