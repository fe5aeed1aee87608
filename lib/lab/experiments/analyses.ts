// What an experiment may ask of its models beside their scores.
import { ShellacError } from '../../errors.js'
import type { CellResult } from './cell.js'

/** What each analysis still needs; one that can be run has a line in a table of its own, none has yet. */
const MISSING: Record<string, string> = {
  'activation-histograms':
    'the importance τ of neurons (paper, Definition 3.1) and their pre-activations, from the native core',
  'pda-histograms': 'the inputs of a unit before and after PDA, from the native core',
  'grad-cam': "gradients of a class score with respect to a unit's output, from the native core",
  't-sne': 'the outputs of the last block, from the native core, and an embedding of them',
}

/** Throws ERR_BAD_OPTION: no analysis can be run yet, and none is made up. */
export async function runAnalysis(name: string): Promise<CellResult> {
  const missing = MISSING[name]
  throw new ShellacError('ERR_BAD_OPTION', {
    thing: `analysis ${name}`,
    found: missing ? `not available yet: it needs ${missing}` : 'no analysis of that name',
    expected: missing ? 'scores' : Object.keys(MISSING).join(', '),
    remedy: 'take an experiment on scores, such as table-1',
  })
}
