// From grids to cells: every combination, with every option that determines its numbers.

import { ShellacError } from '../../errors.js'
import { ARCHITECTURES } from '../../model/architectures/index.js'
import { ATTACKS, type Attack } from '../attacks/index.js'
import { DEFENCES } from '../defences/index.js'
import { trainOptions } from '../train.js'
import type { Axes, Cell, CellSettings, Chosen } from './cell.js'
import { keyOf } from './key.js'
import { resolve } from './resolve.js'
import { type Experiment, FULL_PRECISION, type Grid, type Scale } from './schema.js'

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
  const attackBits = grid.attackBits ?? (point.bits === FULL_PRECISION ? 8 : point.bits)
  const axes: Axes = {
    ...point,
    architecture: point.architecture.label,
    attack: point.attack.label,
    attackBits: point.bits === FULL_PRECISION || grid.attackBits ? attackBits : point.bits,
    defence: point.defence.label,
    quantizer: point.bits === FULL_PRECISION ? 'none' : point.quantizer,
    analysis: grid.analysis ?? '',
  }
  const raw = rawSettings(grid, point, scale)
  try {
    const settings = await settle(raw, point, attackBits, scale)
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
    ...(grid.analysis && { analysis: grid.analysis }),
  }
}

/** Fills in every option. Throws ERR_BAD_OPTION for a name or an option that Shellac does not have. */
async function settle(
  raw: CellSettings,
  point: Point,
  attackBits: number,
  scale: Scale,
): Promise<CellSettings> {
  const { crop = 0, flip = false } = scale.datasets[point.dataset] ?? {}
  const { seed } = raw
  const looped = { crop, flip, seed }
  const architecture = await resolve('architecture', ARCHITECTURES, raw.architecture.name, {
    common: { ...scale.architecture, seed },
    own: { ...scale.architectures[raw.architecture.name], ...raw.architecture.options },
  })
  const way = raw.attack ? scale.attacks[raw.attack.name] : undefined
  const attack =
    raw.attack && (await settleAttack(raw.attack, attackBits, { ...scale.attack, ...looped }, scale))
  const clean =
    way?.clean === false
      ? null
      : await resolve('training', { train: { schema: trainOptions } }, 'train', {
          common: looped,
          own: { ...scale.clean, ...way?.clean },
        })
  const preset = raw.quantizer === 'attacker' ? wakingPreset(raw.attack) : raw.quantizer
  const rounding = { weightBits: raw.bits, activationBits: raw.activationBits, calibration: raw.calibration }
  const defence =
    raw.defence &&
    (await resolve('defence', DEFENCES, raw.defence.name, {
      common: { ...scale.defence, ...looped, ...(preset && { ...rounding, quantizer: preset }) },
      own: { ...scale.defences[raw.defence.name], ...raw.defence.options },
    }))
  if (raw.quantizer === null && defence?.options.weightBits !== undefined) throw needsBits(defence.name)
  return {
    ...raw,
    architecture,
    clean: clean?.options ?? null,
    attack,
    trigger: String(attack?.options.trigger ?? raw.trigger),
    target: Number(attack?.options.target ?? raw.target),
    quantizer: preset,
    defence,
  }
}

async function settleAttack(
  { name, options }: Chosen,
  attackBits: number,
  common: Record<string, unknown>,
  scale: Scale,
): Promise<Chosen> {
  const bits = scale.attackPerBits.includes(name) ? await onlyFor(name, attackBits) : {}
  return resolve('attack', ATTACKS, name, {
    common,
    own: { ...bits, ...scale.attacks[name]?.options, ...options },
  })
}

/** As the attack's option "bits" wants it: a number, or a list of them. */
async function onlyFor(name: string, attackBits: number): Promise<{ bits?: number | number[] }> {
  const shape = (await (ATTACKS as Record<string, Attack>)[name]?.schema())?.shape
  if (shape?.bits === undefined) return {}
  return { bits: shape.bits.safeParse(attackBits).success ? attackBits : [attackBits] }
}

const needsBits = (name: string): ShellacError =>
  new ShellacError('ERR_BAD_OPTION', {
    thing: `defence ${name} at full precision`,
    found: 'it rounds',
    expected: 'bits from 2 to 8',
  })

/** The preset that the attack was made for; a clean model is rounded as Qu-ANTI-zation's are. */
const wakingPreset = (attack: Chosen | null): string =>
  (attack && (ATTACKS as Record<string, Attack>)[attack.name]?.quantizer) ?? 'attacker'
