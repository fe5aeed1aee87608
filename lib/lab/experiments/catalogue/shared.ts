// What several experiments share.

/** A backdoor is made for one quantizer; purification must not take credit for a mismatch with another. */
export const TWO_BY_TWO = {
  defence: ['none', 'lac-pda'],
  quantizer: ['attacker' as const, 'mse' as const],
}

export const WHOSE_QUANTIZER =
  'The paper does not say by which quantizer each figure was made; it stands beside each of ours.'
