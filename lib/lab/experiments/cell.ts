// What a cell is: the settings that determine its numbers, and nothing else.
import type { Analysed } from './analyses/analysis.js'

export interface DatasetChoice {
  source: string
  train: number | null
  test: number | null
  size: number | null
}

/** A name, and every option that it has. */
export interface Chosen {
  name: string
  options: Record<string, unknown>
}

export interface CellSettings {
  dataset: DatasetChoice
  architecture: Chosen
  /** Of train(); null: the attack begins with a new model. */
  clean: Record<string, unknown> | null
  attack: Chosen | null
  trigger: string
  target: number
  /** 32: full precision. */
  bits: number
  activationBits: number | 'none'
  /** Preset; null at full precision. */
  quantizer: string | null
  defence: Chosen | null
  calibration: number
  share: number
  poisoned: number
  seed: number
  analysis?: Chosen | undefined
}

/** How a cell is called in tables: the labels of its axes. */
export interface Axes {
  dataset: string
  architecture: string
  attack: string
  attackBits: number
  bits: number
  activations: string | number
  defence: string
  quantizer: string
  poisoned: number
  analysis: string
  seed: number
}

export interface Cell {
  /** Key of the settings; two cells with the same one share their result. */
  id: string
  axes: Axes
  settings: CellSettings
  /** Why it cannot be run. */
  problem?: string | undefined
}

export interface CellScores {
  ba: number
  asr: number | null
  ra: number | null
  samples: number
  triggered: number
}

export interface CellResult {
  scores: CellScores
  /** How the weights were rounded: "nearest", or the solver; "full precision". */
  mode: string
  /** Keys of the models in the cache that it was made from. */
  models: Record<string, string>
  /** Where the cell asks for one. */
  analysed?: Analysed
}

export interface Versions {
  shellac: string
  libtorch: string
  node: string
}

/** A finished cell, as it lies on the disk. */
export interface CellRecord extends Partial<CellResult> {
  id: string
  status: 'done' | 'failed'
  /** Of a failure. */
  reason?: string
  code?: string
  seed: number
  quantizer: string | null
  settings: CellSettings
  versions: Versions
  device: string
  threads: number
  seconds: number
  finished: string
}

/** "cifar10 resnet18 comp-artifact 8-bit lac-pda attacker seed-0" */
export function cellLabel({ axes }: Pick<Cell, 'axes'>): string {
  const { dataset, architecture, attack, bits, activations, defence, quantizer, poisoned, analysis, seed } =
    axes
  return [
    dataset,
    architecture,
    attack,
    ...(axes.attackBits === bits ? [] : [`for-${axes.attackBits}-bit`]),
    bits === 32 ? 'fp32' : `${bits}-bit`,
    ...(activations === 'same' ? [] : [`activations-${activations}`]),
    defence,
    ...(bits === 32 ? [] : [quantizer]),
    ...(poisoned === 0 ? [] : [`poisoned-${poisoned}`]),
    ...(analysis === '' ? [] : [analysis]),
    `seed-${seed}`,
  ].join(' ')
}
