// The package inside a program that esbuild made one file of. esbuild follows no `new URL('...', import.meta.url)` by
// itself; the plugin does it for the native files, and puts them beside the program.
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const program = fileURLToPath(new URL('bundled.mjs', import.meta.url))
const named = /new URL\('([^']+\.node)', import\.meta\.url\)/g

const nativeFiles = {
  name: 'native-files',
  setup: ({ onLoad, initialOptions: { outdir } }) =>
    onLoad({ filter: /shellac-torch[\\/]dist[\\/]static[\\/]/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(named, (_, file) => {
        const from = join(dirname(path), file)
        if (existsSync(from)) copyFileSync(from, join(outdir, basename(file)))
        return `new URL('./${basename(file)}', import.meta.url)`
      }),
    })),
}

/**
 * Gives the path of the bundled program.
 *
 * @param {string} installed a folder with the package in its node_modules @param {string} outdir one that exists
 */
export async function bundle(installed, outdir) {
  const entry = join(installed, 'bundled.mjs')
  copyFileSync(program, entry)
  await build({
    entryPoints: [entry],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['sharp', 'onnxruntime-node'],
    plugins: [nativeFiles],
    logLevel: 'error',
  })
  return join(outdir, 'bundled.mjs')
}
