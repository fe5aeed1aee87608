// From grids to cells: every combination, with every option that determines its numbers.
import type { Axes, Cell, CellSettings, Chosen } from './cell.js'
import { keyOf } from './key.js'
import { type Experiment, FULL_PRECISION, type Grid, type Scale } from './schema.js'
import { settle } from './settle.js'

type Named = Grid['attack'][number]
type Point = Omit<Axes, 'architecture' | 'attack' | 'defence' | 'attackBits' | 'analysis'> & {
  architecture: Named
  attack: Named
  defence: Named
}

/** The cells in the order of the grids; seeds of one combination lie beside each other. */
export async function planCells({ cells }: Pick<Experiment, 'cells'>, scale: Scale): Promise<Cell[]> {
  const planned: Cell[] = []
  for (const grid of cells) {
    for (const point of pointsOf(grid, scale.seeds)) planned.push(await planCell(grid, point, scale))
  }
  return planned
}

function pointsOf(grid: Grid, seeds: number[]): Point[] {
  const { dataset, architecture, bits, attack, activations, defence, poisoned } = grid
  const points: Record<string, unknown>[] = cross({
    dataset,
    architecture,
    bits,
    attack,
    activations,
    defence,
    poisoned,
    quantizer: grid.quantizer,
    seed: seeds,
  })
  return points as unknown as Point[]
}

/** The cross product of lists; the first varies slowest. */
function cross(lists: Record<string, readonly unknown[]>): Record<string, unknown>[] {
  return Object.entries(lists).reduce<Record<string, unknown>[]>(
    (points, [name, values]) => points.flatMap(point => values.map(value => ({ ...point, [name]: value }))),
    [{}],
  )
}

async function planCell(grid: Grid, point: Point, scale: Scale): Promise<Cell> {
  const perBits = grid.attackBits !== undefined || scale.attackPerBits.includes(point.attack.name)
  const attackBits = grid.attackBits ?? (point.bits === FULL_PRECISION ? 8 : point.bits)
  const axes: Axes = {
    ...point,
    architecture: point.architecture.label,
    attack: point.attack.label,
    attackBits: perBits ? attackBits : point.bits,
    defence: point.defence.label,
    quantizer: point.bits === FULL_PRECISION ? 'none' : point.quantizer,
    analysis: grid.analysis?.label ?? '',
  }
  const raw = rawSettings(grid, point, scale)
  try {
    const settings = await settle(raw, { dataset: point.dataset, attackBits, scale })
    return { id: keyOf(settings), axes, settings }
  } catch (error) {
    return { id: keyOf({ ...raw, attackBits }), axes, settings: raw, problem: (error as Error).message }
  }
}

const given = ({ name, options }: Named): Chosen | null => (name === 'none' ? null : { name, options })

function rawSettings(grid: Grid, point: Point, scale: Scale): CellSettings {
  const data = scale.datasets[point.dataset]
  const whole = point.bits === FULL_PRECISION
  return {
    dataset: {
      source: data?.source ?? point.dataset,
      train: data?.train ?? null,
      test: data?.test ?? null,
      size: data?.size ?? null,
    },
    architecture: { name: point.architecture.name, options: point.architecture.options },
    clean: scale.clean,
    attack: given(point.attack),
    trigger: 'square',
    target: 0,
    bits: point.bits,
    activationBits:
      whole || point.activations === 'none'
        ? 'none'
        : point.activations === 'same'
          ? point.bits
          : Number(point.activations),
    quantizer: whole ? null : point.quantizer,
    defence: given(point.defence),
    calibration: scale.calibration,
    share: scale.share,
    poisoned: point.poisoned,
    seed: point.seed,
    ...(grid.analysis && { analysis: { name: grid.analysis.name, options: grid.analysis.options } }),
  }
}
