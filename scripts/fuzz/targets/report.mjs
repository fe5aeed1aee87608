// A folder of JSON that the commands are said to have printed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { report as makeReport } from '../../../dist/report.js'
import { root } from '../../setup/root.mjs'
import { mutateBytes } from '../bytes.mjs'
import { mutateTree } from '../tree.mjs'
import { folderOf, keepFolder, sometimesOdd } from './data-folder.mjs'

const corpus = join(root, 'scripts', 'fuzz', 'corpus', 'report')

function changed(text, random) {
  if (random.below(6) === 0) return mutateBytes(Buffer.from(text), random)
  const tree = JSON.parse(text)
  mutateTree(tree, random)
  return JSON.stringify(tree)
}

export const report = {
  codes: ['ERR_BAD_DATA'],
  seeds: async () =>
    readdirSync(corpus).map(name => ({ name, text: readFileSync(join(corpus, name), 'utf8') })),
  make(seeds, random) {
    const files = Object.fromEntries(
      seeds.map(({ name, text }) => [name, random.below(2) ? changed(text, random) : text]),
    )
    return { files: sometimesOdd(files, random) }
  },
  async run(input, folder) {
    const out = join(folder, 'report.html')
    await makeReport(folderOf(input, folder), { out })
    return /<script/i.test(readFileSync(out, 'utf8')) ? 'markup that came from a file' : undefined
  },
  keep: keepFolder,
}
