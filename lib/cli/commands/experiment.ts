import type { Command } from 'commander'
import { SOURCES } from '../../data/source.js'
import { ShellacError } from '../../errors.js'
import { CATALOGUE } from '../../lab/experiments/catalogue/index.js'
import { cellLabel } from '../../lab/experiments/cell.js'
import type { CellEvent } from '../../lab/experiments/engine.js'
import {
  dryRun,
  type ExperimentResult,
  experimentOptions,
  runExperiment,
} from '../../lab/experiments/index.js'
import type { Row } from '../../lab/experiments/rows.js'
import type { Progress } from '../../native/progress.js'
import { percent, table } from '../../report/table.js'
import { flagsOf } from '../flags.js'
import { type Context, define, type Outcome } from '../run.js'

/** shellac experiment NAME|FILE --scale smoke|small|paper --out DIR [--data D ...] [--only WORDS] [--dry-run] */
export async function experiment(program: Command): Promise<void> {
  const flags = await flagsOf(experimentOptions, { except: ['data'] })
  const command = program
    .command('experiment')
    .description(
      "(lab) runs one of the paper's tables and figures, or an experiment of your own; run again, it goes on where it was",
    )
    .argument('[experiment]', 'name (see --list), or a .json or .ts file')
    .option('--data <source...>', `labelled images, one source for each dataset: ${SOURCES}`)
    .option('--list', 'name the experiments')
    .option('--dry-run', 'show the cells, and which are done; run nothing')
    .option(
      '--queue <redis>',
      'run the cells on the workers of a queue, redis://HOST:PORT; see docs/queue.md',
    )
    .option('--resume', 'go on where the last run was; always so')
  flags.addTo(command)
  define(command, async (context, values, [name]) => {
    if (values.list === true) return list()
    if (name === undefined) throw noName()
    const options = {
      ...flags.read(values),
      ...(values.data !== undefined && { data: values.data as string[] }),
    }
    if (values.dryRun === true) return planned(await dryRun(name, options))
    const run = (engine: object) =>
      runExperiment(name, { ...options, ...context, ...engine, onCell: tell(context) })
    return finished(await (values.queue === undefined ? run({}) : onQueue(String(values.queue), run)))
  })
}

async function onQueue<T>(redis: string, run: (engine: object) => Promise<T>): Promise<T> {
  const { cellsOn } = await import('../../queue/cells.js')
  const { connectQueue } = await import('../../queue/queue.js')
  const queue = await connectQueue({ redis })
  try {
    return await run({ engine: cellsOn(queue) })
  } finally {
    await queue.close()
  }
}

const noName = (): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: 'experiment',
    found: 'no name',
    expected: 'one of shellac experiment --list, or a .json or .ts file',
  })

function list(): Outcome {
  const experiments = CATALOGUE.map(({ name, title }) => ({ name, title }))
  return {
    json: { experiments },
    text: table(
      ['name', 'title'],
      experiments.map(({ name, title }) => [name, title]),
    ),
  }
}

function planned(rows: Row[]): Outcome {
  const lines = rows.map(row => [row.status, row.id, cellLabel({ axes: row }), row.reason ?? ''])
  return { json: { cells: rows }, text: table(['status', 'key', 'cell', 'why it cannot run'], lines) }
}

/** A line for each cell that is done, between the lines of what is being done. */
function tell({ onProgress }: Context): (event: CellEvent) => void {
  return ({ cell, number, of, record, kept }) => {
    const { scores, seconds, reason } = record
    const figures = scores ? `BA ${percent(scores.ba)} ASR ${percent(scores.asr)}` : `failed: ${reason}`
    const when = kept ? 'kept' : `${seconds.toFixed(1)} s`
    onProgress(milestone(`[${number}/${of}] ${cellLabel(cell)}: ${figures}, ${when};`, number, of))
  }
}

const milestone = (stage: string, unit: number, units: number): Progress => ({
  stage,
  name: '',
  unit,
  units,
  step: 0,
  steps: 0,
  loss: null,
  etaSeconds: null,
})

function finished(result: ExperimentResult): Outcome {
  const { title, rows, done, failed, json, markdown, pictures } = result
  const lines = rows.map(({ status, reason, ba, asr, der, ...axes }) => [
    cellLabel({ axes }),
    percent(ba),
    percent(asr),
    percent(der),
    status === 'done' ? '' : `${status}: ${reason ?? ''}`,
  ])
  const summary = `${title}: ${done} of ${rows.length} cells done, ${failed} failed; percent`
  const text = [
    table(['cell', 'BA', 'ASR', 'DER', ''], lines),
    '',
    summary,
    markdown,
    json,
    ...pictures,
  ].join('\n')
  return { json: result, text, failed: failed > 0 }
}
