// The kinds of `shellac analyse` by name. A new one is a file beside this and a line in the table.
import { ANALYSES } from '../../lab/experiments/analyses/index.js'
import type { Analysis } from './analysis.js'
import { batchNorm } from './batch-norm.js'
import { ofLab } from './comparison.js'
import { convergence } from './convergence.js'
import { drift } from './drift.js'
import { importance } from './importance.js'
import { losses } from './losses.js'
import { preActivationsOfNeuron } from './pre-activations.js'

const PAPER = 'Li et al., ICML 2024'

const FROM_LAB = [
  {
    name: 'activation-histograms',
    summary: 'the pre-activations of the most and the least important neurons, before and after rounding',
    source: `${PAPER}, figures 1, 5 and 6`,
  },
  {
    name: 'pda-histograms',
    summary: 'what a BN reads of benign images, of triggered ones, and of benign ones that PDA moved',
    source: `${PAPER}, figure 3`,
  },
  {
    name: 'grad-cam',
    summary: 'where each model looks on triggered images',
    source: `Selvaraju et al., Grad-CAM, ICCV 2017; ${PAPER}, figure 4 left`,
  },
  {
    name: 't-sne',
    summary: 'images as the last layer sees them, in the plane',
    source: `van der Maaten and Hinton, JMLR 2008; ${PAPER}, figure 4 right`,
  },
]

export const analyses = (): Promise<Analysis[]> =>
  Promise.all([
    importance(),
    preActivationsOfNeuron(),
    drift(),
    batchNorm(),
    losses(),
    convergence(),
    ...FROM_LAB.flatMap(told => {
      const analysis = ANALYSES[told.name]
      return analysis ? [ofLab(analysis, told)] : []
    }),
  ])
