import type { Command } from 'commander'
import { table } from '../../report/table.js'
import type { Analysis } from '../analyses/analysis.js'
import { analyses } from '../analyses/index.js'
import { requirePictureFile, writePicture } from '../analyses/picture-file.js'
import { define } from '../run.js'

/** shellac analyse KIND MODEL --data D [--out F]; each kind is a command of its own, with its own flags. */
export async function analyse(program: Command): Promise<void> {
  const kinds = await analyses()
  const group = program
    .command('analyse')
    .description(`looks into a model: ${kinds.map(({ name }) => name).join(', ')}`)
  for (const kind of kinds) addKind(group, kind)
}

function addKind(group: Command, kind: Analysis): void {
  const command = group
    .command(kind.name)
    .exitOverride()
    .description(`${kind.summary}\n\nSource: ${kind.source}.`)
    .summary(kind.summary)
    .argument('<model>', 'model file at full precision')
    .option('--out <file>', 'where the picture goes, .svg or .png, or what was found, .json')
  kind.addTo(command)
  define(command, async (context, values, [path = '']) => {
    const out = values.out === undefined ? null : await requirePictureFile(String(values.out))
    const finding = await kind.run(context, values, path)
    const json = { analysis: kind.name, model: path, ...finding.result, out }
    if (out !== null) await writePicture(out, finding, json)
    const [head = [], ...rows] = finding.table
    return { json, text: [table(head, rows), ...(out === null ? [] : ['', out])].join('\n') }
  })
}
