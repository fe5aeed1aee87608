// What the cells of an experiment gave, as the files that people and programs read.
import { availableParallelism, cpus, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { writeWhole } from '../../files.js'
import type { Cell, CellRecord } from './cell.js'
import { markdown, type ShownPicture } from './markdown.js'
import { picturesOf } from './pictures.js'
import { rowsOf } from './rows.js'
import type { Experiment, ScaleName } from './schema.js'
import { CellStore } from './store.js'

/** What is known of the cells, done or failed. */
export async function recordsOf(cells: Cell[], out: string): Promise<Map<string, CellRecord>> {
  const store = new CellStore(out)
  const records = new Map<string, CellRecord>()
  for (const { id } of cells) {
    const record = await store.read(id)
    if (record) records.set(id, record)
  }
  return records
}

/** OUT/NAME.SCALE.json and .md, and .svg files where there are pictures. */
export async function writeResults(
  definition: Experiment,
  { scale, out }: { scale: ScaleName; out: string },
  cells: Cell[],
  versions: object,
) {
  const records = await recordsOf(cells, out)
  const rows = rowsOf(cells, records, definition.paper)
  const { name, title } = definition
  const base = join(out, `${name}.${scale}`)
  const made = {
    name,
    title,
    command: `shellac experiment ${name} --scale ${scale}`,
    scale,
    versions,
    machine: machine(),
    written: new Date().toISOString(),
  }
  const files = { json: `${base}.json`, markdown: `${base}.md` }
  const analyses = cells.flatMap(({ id }) => {
    const analysed = records.get(id)?.analysed
    return analysed ? [{ id, ...analysed }] : []
  })
  const content = { ...made, rows, ...(analyses.length > 0 && { analyses }) }
  await writeWhole(files.json, file => file.writeFile(`${JSON.stringify(content, null, 1)}\n`))
  const shown: ShownPicture[] = []
  for (const { svg, ...picture } of await picturesOf(definition, cells, records, rows)) {
    const path = `${base}${picture.label && `.${picture.label}`}.svg`
    await writeWhole(path, file => file.writeFile(svg))
    shown.push({ ...picture, file: basename(path) })
  }
  await writeWhole(files.markdown, file => file.writeFile(markdown(definition, scale, rows, shown)))
  const pictures = shown.map(({ file }) => join(out, file))
  return { name, title, scale, rows, ...files, pictures }
}

/** The one that these files were written on; what a cell ran on is in its row. */
function machine(): string {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${availableParallelism()} CPU cores (${processor}, ${process.arch}), ${Math.round(totalmem() / 2 ** 30)} GiB`
}
