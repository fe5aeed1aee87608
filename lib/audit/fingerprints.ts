// Traces that single attacks leave in weights and codes, summed over layers.
import type { AuditedLayer } from '../../binding.js'

/** Of one conv or linear; shares are 0 .. 1. */
export interface LayerAudit {
  name: string
  bits: number
  weights: number
  /** Share of the codes that are not the nearest ones. 0 where the audit rounded by itself. */
  flipped: number
  /** Share of the codes whose value is 0. */
  zero: number
  /** Share of the output channels whose codes are all the same. */
  collapsed: number
  /** Share of the weights within 0.002 steps of the border between two codes; 0.004 where weights lie anywhere. */
  atBorder: number
  /** Σ(q − f)² / Σf² of what the layer's unit makes, each model on its own inputs. */
  drift: number
}

export interface Fingerprints {
  /**
   * The fullest 0.002 steps within 0.1 steps of the borders between codes: how far from the border, and how many times
   * more weights lie there than in the mean of these intervals. PQBackdoor parks weights there; about 1 otherwise.
   * null where there are too few weights to say.
   */
  borderPile: { distance: number; ratio: number } | null
  /** Share of the output channels whose codes are all the same: what an outlier that is put into a block leaves. */
  collapsed: number
  /** Share of the codes that are not the nearest ones: what a malicious quantizer leaves, and purification too. */
  flipped: number
}

/** Width of a bin of AuditedLayer.border, in steps. */
const BIN = 0.002
/** Weights a bin that the mean must have for its fullest to say something. */
const FEWEST = 10

export const layerAudit = (layer: AuditedLayer): LayerAudit => ({
  name: layer.name,
  bits: layer.bits,
  weights: layer.weights,
  flipped: layer.flipped / layer.weights,
  zero: layer.zero / layer.weights,
  collapsed: layer.collapsed / layer.rows,
  atBorder: layer.bordering > 0 ? (layer.border[0] ?? 0) / layer.bordering : 0,
  drift: layer.drift,
})

export function fingerprintsOf(layers: readonly AuditedLayer[]): Fingerprints {
  const sum = (count: (layer: AuditedLayer) => number) =>
    layers.reduce((total, layer) => total + count(layer), 0)
  const bins = layers[0]?.border.map((_, bin) => sum(layer => layer.border[bin] ?? 0)) ?? []
  return {
    borderPile: pileOf(bins),
    collapsed:
      sum(layer => layer.collapsed) /
      Math.max(
        1,
        sum(layer => layer.rows),
      ),
    flipped:
      sum(layer => layer.flipped) /
      Math.max(
        1,
        sum(layer => layer.weights),
      ),
  }
}

function pileOf(bins: number[]): Fingerprints['borderPile'] {
  const mean = bins.reduce((total, count) => total + count, 0) / bins.length
  if (!(mean >= FEWEST)) return null
  const fullest = Math.max(...bins)
  return { distance: bins.indexOf(fullest) * BIN, ratio: fullest / mean }
}
