// A cell of an experiment: the same engine as on one machine, with this cell alone.
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseSource } from '../../data/source.js'
import { resolveDevice } from '../../device.js'
import type { Cell } from '../../lab/experiments/cell.js'
import { runCells } from '../../lab/experiments/engine.js'
import { ModelCache } from '../../lab/experiments/models.js'
import { runCell } from '../../lab/experiments/run-cell.js'
import { DataShelf } from '../../lab/experiments/shelf.js'
import { CellStore } from '../../lab/experiments/store.js'
import { loadNative } from '../../native/core.js'
import { parse } from '../../options.js'
import { version } from '../../version.js'
import { cellJob } from './options.js'
import type { Watch, Work } from './work.js'

/** The cell's record, and the fingerprints of the images that it saw. */
export async function cellKind(work: Work, watch: Watch): Promise<object> {
  const { cell: given, device: wanted, threads } = await parse('cell', cellJob, work.options)
  const cell = given as unknown as Cell
  const device = await resolveDevice(wanted)
  const { libtorch } = (await loadNative()).versions()
  await mkdir(join(work.folder, 'cells'))
  const sources = Object.entries(work.data).map(([name, text]) => [name, parseSource(text)] as const)
  const data = new DataShelf(new Map(sources), work.folder)
  const { ask, ...control } = watch
  const job = { device, threads, ...control }
  const others = {
    bring: (key: string) => ask({ what: 'bring', key }),
    offer: (key: string) => ask({ what: 'offer', key }),
  }
  const bench = { ...job, data, models: new ModelCache(dirname(work.models), others) }
  const records = await runCells([cell], {
    ...job,
    store: new CellStore(work.folder),
    run: one => runCell(one, bench),
    versions: { shellac: version, libtorch, node: process.versions.node },
  })
  const fingerprints = await readFile(join(work.folder, 'datasets.json'), 'utf8').catch(() => '{}')
  return { record: records.get(cell.id), datasets: JSON.parse(fingerprints) as unknown }
}
