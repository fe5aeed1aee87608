// Cells that need no training: for tests of what happens around them.
import type { Axes, Cell, CellResult } from '../../../lib/lab/experiments/cell.js'
import { keyOf } from '../../../lib/lab/experiments/key.js'

export const AXES: Axes = {
  dataset: 'mnist',
  architecture: 'resnet18',
  attack: 'qu-anti-zation',
  attackBits: 4,
  bits: 4,
  activations: 'same',
  defence: 'none',
  quantizer: 'attacker',
  poisoned: 0,
  analysis: '',
  seed: 0,
}

export function cell(axes: Partial<Axes> = {}, more: Partial<Cell['settings']> = {}): Cell {
  const all = { ...AXES, ...axes }
  const chosen = (name: string) => (name === 'none' ? null : { name, options: {} })
  const settings: Cell['settings'] = {
    dataset: { source: 'mnist', train: null, test: null, size: null },
    architecture: { name: all.architecture, options: {} },
    clean: {},
    attack: chosen(all.attack),
    trigger: 'square',
    target: 0,
    bits: all.bits,
    activationBits: all.bits,
    quantizer: all.quantizer,
    defence: chosen(all.defence),
    calibration: 10,
    share: 0.05,
    poisoned: all.poisoned,
    seed: all.seed,
    ...more,
  }
  return { id: keyOf(settings), axes: all, settings }
}

export const result = (ba: number, asr: number | null): CellResult => ({
  scores: { ba, asr, ra: asr === null ? null : 100 - asr, samples: 100, triggered: 90 },
  mode: 'nearest',
  models: {},
})

export const versions = { shellac: '0', libtorch: '0', node: '0' }
