// `npm run pack:types`: whether what is packed can be imported, required and type-checked by everybody: publint and
// attw look at the tarball; tsx, ts-node (as CommonJS) and tsc take it from a folder where it lies.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure, orFail } from '../setup/failure.mjs'
import { root } from '../setup/root.mjs'
import { run, say } from '../setup/run.mjs'
import { packed } from './install.mjs'

const program = `import { createModel, version, type PurifyOptions } from 'shellac-torch'
const options: PurifyOptions = { weightBits: 4 }
console.log(version, typeof createModel, options.weightBits)
`
const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, skipLibCheck: true, types: [] }

await orFail(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shellac-types-'))
  try {
    const tarball = await packed(root, folder)
    await run(process.execPath, [script('publint', 'src/cli.js'), tarball.path, '--strict'])
    // Node's resolution of 2016 knows no sub-paths; and that require() gives an ES module is meant so.
    const attw = script('@arethetypeswrong/cli', 'dist/index.js')
    await run(process.execPath, [attw, tarball.path, '--profile', 'esm-only'])
    await run('tar', ['-xzf', tarball.path, '-C', folder])
    for (const type of ['module', 'commonjs'])
      await takenBy(type, join(folder, type), join(folder, 'package'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  say('everybody can take the package')
})

async function takenBy(type, folder, unpacked) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  cpSync(unpacked, join(folder, 'node_modules', 'shellac-torch'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules', 'shellac-torch', 'node_modules'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  writeFileSync(join(folder, 'program.ts'), program)
  const tools = {
    tsc: [script('typescript', 'bin/tsc'), '--noEmit', '-p', '.'],
    tsx: [script('tsx', 'dist/cli.mjs'), 'program.ts'],
    ...(type === 'commonjs' ? { 'ts-node': [script('ts-node', 'dist/bin.js'), 'program.ts'] } : {}),
  }
  for (const [name, args] of Object.entries(tools)) {
    await run(process.execPath, args, { cwd: folder }).catch(error => {
      throw new Failure(`${name} could not take it as ${type}: ${error.message}`)
    })
    say(`${name} takes it from a program that is ${type}`)
  }
}

function script(name, path) {
  return join(root, 'node_modules', name, path)
}
