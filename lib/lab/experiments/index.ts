// The experiments: the paper's tables and figures, and a user's own.
import { resolveDevice } from '../../device.js'
import { atCall } from '../../errors.js'
import { loadNative } from '../../native/core.js'
import type { Progress } from '../../native/progress.js'
import { type Input, jobOptions, lazySchema, parse, type Settings } from '../../options.js'
import { version } from '../../version.js'
import { type Cell, cellLabel } from './cell.js'
import { type CellEvent, type CellRunner, runCells } from './engine.js'
import { loadExperiment } from './load.js'
import { ModelCache } from './models.js'
import { planCells } from './plan.js'
import { recordsOf, writeResults } from './results.js'
import { type Row, rowsOf } from './rows.js'
import { runCell } from './run-cell.js'
import { scaleOf } from './scales/index.js'
import { type Experiment, type ExperimentInput, parseExperiment, SCALES, type ScaleName } from './schema.js'
import { selectCells } from './select.js'
import { DataShelf } from './shelf.js'
import { CellStore, openFolder } from './store.js'

export { defineExperiment, type ExperimentInput } from './schema.js'

export const experimentOptions = lazySchema(z => {
  const { seed: _seed, ...job } = jobOptions(z)
  return z.strictObject({
    scale: z.enum(SCALES).default('smoke').describe('how large: a minute, hours, or as the paper has it'),
    out: z
      .string()
      .min(1)
      .default('shellac-experiments')
      .describe('folder of results and trained models; run again with the same, it goes on where it was'),
    data: z
      .array(z.string())
      .default([])
      .describe('sources of images, such as cifar10:DIR; mnist is always there'),
    only: z
      .string()
      .optional()
      .describe('only cells whose label has all these words; * stands for any letters'),
    seeds: z.array(z.int().min(0)).min(1).optional().describe('in place of those of the scale'),
    ...job,
  })
})
/** Options of runExperiment(). Values and defaults: docs/options.md. */
export type ExperimentOptions = Input<typeof experimentOptions> & {
  /** After each cell, also one that was there before. */
  onCell?: (event: CellEvent) => void
  /** @internal In tests. */
  runner?: CellRunner
  /** @internal Where cells are run elsewhere. */
  engine?: typeof runCells
}
type Chosen = Settings<typeof experimentOptions>

/** What a run of an experiment left. */
export interface ExperimentResult {
  name: string
  title: string
  scale: ScaleName
  /** Of the chosen cells. */
  rows: Row[]
  done: number
  failed: number
  /** The files with the rows, and the table, of all cells. */
  json: string
  markdown: string
  /** SVG files; none where the experiment is all tables. */
  pictures: string[]
}

/**
 * Runs an experiment: trains, attacks, defends, rounds and measures every cell of its grids that is not in `out` yet. A
 * cell that is done is written at once, so a run that was stopped or killed goes on where it was, with the same numbers.
 * A cell that fails is recorded with its reason, the others go on, and the next run tries it again.
 *
 * @param experiment a name ("table-1" .. "figure-6"), the path of a .json or .ts file, or the experiment itself
 * @throws ERR_BAD_OPTION, ERR_ABORTED, ERR_DEVICE, ERR_NO_LIBTORCH
 * @example await runExperiment('table-1', { scale: 'small', out: './results', data: ['cifar10:./cifar-10-batches-bin'] })
 */
export function runExperiment(
  experiment: string | ExperimentInput,
  options: ExperimentOptions = {},
): Promise<ExperimentResult> {
  return atCall(runExperiment, async () => {
    const { onCell, runner, engine = runCells, ...rest } = options
    const settings = await parse('experiment', experimentOptions, rest)
    const { definition, all, cells } = await plan(experiment, settings)
    const { out, device: wanted, threads, signal, onProgress } = settings
    await openFolder(out)
    const device = await resolveDevice(wanted)
    const { libtorch } = (await loadNative()).versions()
    const versions = { shellac: version, libtorch, node: process.versions.node }
    const watch = watcher(onProgress)
    const job = { device, threads, signal }
    const data = new DataShelf(settings.data, out)
    const bench = { ...job, data, models: new ModelCache(out), onProgress: watch.onProgress }
    const run = runner ?? (cell => runCell(cell, bench))
    try {
      await engine(cells, {
        ...job,
        store: new CellStore(out),
        run,
        versions,
        onStart: watch.onStart,
        onEnd: onCell,
      })
    } catch (error) {
      await writeResults(definition, settings, all, versions)
      throw error
    }
    const { rows, ...files } = await writeResults(definition, settings, all, versions)
    const chosen = new Set(cells)
    return { ...files, ...tally(rows.filter((_, at) => chosen.has(all[at] as Cell))) }
  })
}

/** Progress of a job says which cell it is of. */
function watcher(onProgress: ((progress: Progress) => void) | undefined) {
  let prefix = ''
  return {
    onStart: (cell: Cell, number: number, of: number) => {
      prefix = `[${number}/${of}] ${cellLabel(cell)}: `
    },
    onProgress:
      onProgress &&
      ((progress: Progress) => onProgress({ ...progress, stage: `${prefix}${progress.stage}` })),
  }
}

/** The cells that a run would have, and which are done; nothing is trained, read or written. */
export async function dryRun(
  experiment: string | ExperimentInput,
  options: ExperimentOptions = {},
): Promise<Row[]> {
  const { onCell: _onCell, runner: _runner, ...rest } = options
  const settings = await parse('experiment', experimentOptions, rest)
  new DataShelf(settings.data, settings.out) // complains of sources that there are not
  const { definition, cells } = await plan(experiment, settings)
  const rows = rowsOf(cells, await recordsOf(cells, settings.out), definition.paper)
  return rows.map((row, at) => ({
    ...row,
    ...(cells[at]?.problem !== undefined && { reason: cells[at].problem }),
  }))
}

async function plan(experiment: string | ExperimentInput, { scale, seeds, only }: Chosen): Promise<Plan> {
  const definition =
    typeof experiment === 'string' ? await loadExperiment(experiment) : await parseExperiment(experiment)
  const size = scaleOf(definition, scale)
  const cells = await planCells(definition, seeds ? { ...size, seeds } : size)
  return { definition, all: cells, cells: selectCells(cells, only) }
}

interface Plan {
  definition: Experiment
  /** Of the whole experiment: what its table has. */
  all: Cell[]
  /** Those to run. */
  cells: Cell[]
}

function tally(rows: Row[]): Pick<ExperimentResult, 'rows' | 'done' | 'failed'> {
  const count = (status: Row['status']) => rows.filter(row => row.status === status).length
  return { rows, done: count('done'), failed: count('failed') }
}
